"""One small class, graded once by the real pipeline; a browser to look at its pages with."""

import base64
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import pytest

from autograder.demo import half_done
from tests.classroom import SOLUTION, STAGE, grade, hand_in, notebook, with_function

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
OWNED = "document.title='owned'"
HOSTILE = f"<script>{OWNED}</script><img src=x onerror=\"{OWNED}\">"
ANSWER = r"""## My derivation

Since $h_t = \tanh(W_h h_{t-1} + W_x x_t)$ and `a < b`,

$$\frac{\partial L_t}{\partial W_x} = \sum_{k=1}^{t} \frac{\partial h_t}{\partial h_k}$$

![my photo](attachment:photo.png)
"""


def png() -> bytes:
    """The smallest picture: one grey pixel."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b""))


def markdown(source: str, **more: object) -> dict:
    """A cell a student adds."""
    return {
        "cell_type": "markdown",
        "metadata": {},
        "source": source,
        "id": f"own-{zlib.crc32(source.encode())}",
        **more,
    }


def code(source: str, **more: object) -> dict:
    """A code cell a student adds."""
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": [], "execution_count": None,
            "id": f"own-{zlib.crc32(source.encode())}", **more}


def with_cells(*cells: dict) -> dict:
    """The released notebook with cells of the student's at its end."""
    content = notebook()
    content["cells"] += cells
    return content


def hostile_notebook() -> dict:
    """Scripts wherever a notebook has room for one."""
    return with_cells(
        markdown(f"{HOSTILE}\n\n$<script>{OWNED}</script>$\n\n[me](evil.html) <a href=\"javascript:{OWNED}\">c</a>\n\n"
                 f"<svg onload=\"{OWNED}\"></svg><iframe srcdoc=\"<script>parent.{OWNED}</script>\"></iframe>"
                 f"<style>body {{display: none}}</style>\n\n<div class=\"full-credit\" id=\"base_url\">d</div>",
                 attachments={"a.svg": {"image/svg+xml": f"<svg onload=\"{OWNED}\"/>"}}),
        markdown("<math><mtext><table><mglyph><style><!--</style>"
                 f"<img title=\"--&gt;&lt;img src=1 onerror={OWNED}&gt;\">"),
        markdown("</main></div></details><!-- <script>"),
        code(HOSTILE, outputs=[{"output_type": "display_data", "data": {"text/html": HOSTILE}, "metadata": {}}]),
        {"cell_type": "raw", "metadata": {"raw_mimetype": "text/html"}, "source": HOSTILE, "id": "own-raw"},
        markdown("after all that"))


def hostile_source() -> str:
    """Scripts in docstrings, values and error messages."""
    return with_function(f"def softmax(z):\n    '''{HOSTILE}'''\n    raise ValueError({HOSTILE!r} + str(z))\n")


def mistaken_source() -> str:
    """A catalogued mistake."""
    return next(mistake for mistake in STAGE.mistakes() if mistake.id == "softmax-jacobian-sign").source


@pytest.fixture(scope="session")
def graded(tmp_path_factory) -> Path:
    """The class as `make grade` left it; copy it to change anything."""
    course = tmp_path_factory.mktemp("class")
    photo = {"photo.png": {"image/png": base64.b64encode(png()).decode()}}
    hand_in(course, "solution", SOLUTION, with_cells(markdown(ANSWER, attachments=photo), code("x = 1  # tried out")))
    hand_in(course, "mistaken", mistaken_source())
    hand_in(course, "half", half_done(STAGE, SOLUTION), with_cells(markdown("Half an answer: the recursion enters in h.")))
    hand_in(course, "broken", SOLUTION.replace("def ", "def def ", 1))
    folder = hand_in(course, "hostile", hostile_source(), hostile_notebook())
    (folder / "evil.HTML").write_text(HOSTILE)
    (folder / "notes.txt").write_text("mine")
    outcome = grade(course)
    assert not outcome.failed
    return course


@pytest.fixture
def course(graded, tmp_path) -> Path:
    """A copy of the class."""
    target = tmp_path / "course"
    shutil.copytree(graded, target)
    return target


def dump(address: str, profile: Path, *options: str) -> str:
    """The page as a browser has it after running whatever runs."""
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
             "--disable-background-networking", "--disable-component-update", f"--user-data-dir={profile}"]
    done = subprocess.run([str(BROWSER), *quiet, *options, "--virtual-time-budget=5000", "--dump-dom", address],
                          capture_output=True, text=True, timeout=120)
    assert "</html>" in done.stdout, done.stderr[-2000:]
    return done.stdout


needs_browser = pytest.mark.skipif(
    BROWSER is None, reason="no Chromium here; test_pages.py reads the same pages without one"
)
