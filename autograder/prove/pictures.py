"""`make pictures`: the four pictures of the README, with the text they were made from.

Pictures go stale silently. So the text that each shows is stored with it, and a test compares it with the current text.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from io import BytesIO
from pathlib import Path

from autograder.checks.notebook_view import view
from autograder.checks.session import run_fresh
from autograder.errors import UsageError
from autograder.gradebook.grading import grade_course
from autograder.prove.figures import draw_figures
from autograder.prove.notebooks import handed_out
from autograder.report.class_report import write_report
from autograder.stages import KIT, SOLUTIONS, find_stage
from autograder.stages.strip import strip

FOLDER = KIT / "docs" / "pictures"
LIST = FOLDER / "made-from.json"
STAGE, TASK, MISTAKE = "1-bptt", "1.3", "softmax-jacobian-sign"
# The submissions: None is the model answers, a string a catalogued mistake, a number that many tasks.
CLASS: dict[str, str | int | None] = {
    "ada": None, "ben": MISTAKE, "chen": MISTAKE, "dora": "bptt-mean-over-steps", "emil": 3, "farah": "bptt-W-h-by-h-t",
    "goran": MISTAKE, "hana": None, "ivo": 5}
FIGURE_STAGE, FIGURE = "2-vanishing", "The size of each word's summand"
ANSWER = "The state h_{t-1} depends on W_x as well, so the chain rule is applied to it again, down to h_1."
# Top and bottom of the part of each page that is shown, in CSS pixels; pictures have SCALE times as many.
PARTS = {"check": (0, 320), "feedback": (0, 836), "report": (140, 1130)}
WIDTH, SCALE = 800, 1.5
# Where the text of a picture ends.
END = {"feedback": "Task by task", "report": "Most common mistakes"}
CELL = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><style>
body { font: 14px/1.45 system-ui, "DejaVu Sans", sans-serif; margin: 14px; color: #1a1a1a; background: #fff }
.in { display: flex; gap: 10px; margin-bottom: 10px } .prompt { font-family: monospace; color: #307fc1; padding-top: 6px }
.code { font: 14px monospace; background: #f5f5f5; border: 1px solid #e0e0e0; padding: 6px 10px; flex: 1 }
.out { padding-left: 62px }</style>
<div class="in"><span class="prompt">[12]:</span><span class="code">check("@task@")</span></div>
<div class="out">@view@</div></html>"""


class Silent:
    """A Watcher that prints nothing."""

    def begin(self, title: str, total: int) -> None:
        """Do nothing."""

    def advance(self, title: str, failed: bool = False) -> None:
        """Do nothing."""


@contextmanager
def pages() -> Iterator[dict[str, str]]:
    """Context with the HTML of the pictures: a notebook's check, a student's page, the class report."""
    stage = find_stage(STAGE)
    solution = stage.solution.read_text(encoding="utf-8")
    sources = {mistake.id: mistake.source for mistake in stage.mistakes()}
    with tempfile.TemporaryDirectory() as scratch, handed_out(stage, solved=False) as folder:
        course = Path(scratch)
        for student, what in CLASS.items():
            place = course / "submitted" / student / STAGE
            place.mkdir(parents=True)
            text = solution if what is None else sources[what] if isinstance(what, str) else strip(
                solution, stage.info.file, keep=list(stage.functions)[:what])
            (place / stage.info.file).write_text(text, encoding="utf-8")
            notebook = json.loads((folder / f"{STAGE}.ipynb").read_bytes())
            notebook["cells"].append({"cell_type": "markdown", "id": "answer", "metadata": {}, "source": ANSWER})
            (place / f"{STAGE}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        grade_course(course, Silent(), jobs=1)
        file = folder / stage.info.file
        file.write_text(sources[MISTAKE], encoding="utf-8")
        yield {"check": CELL.replace("@task@", TASK).replace("@view@", view(run_fresh(folder, TASK))),
               "feedback": (course / "feedback" / "ben" / STAGE / f"{STAGE}.html").read_text(encoding="utf-8"),
               "report": write_report(course).read_text(encoding="utf-8")}


def words(html: str) -> list[str]:
    """Return the text of a page, one line per element, without times and release dates."""
    text = re.sub(r"<style.*?</style>|<head>.*?</head>", "", html, flags=re.DOTALL)
    text = unescape(re.sub(r"<(?!/?(?:b|i|em|code|span|m\w+)\b)[^>]*>", "\n", text))
    text = re.sub(r"<[^>]*>", "", text)
    text = re.sub(r"\bsaved(?: at)? [\d: -]*\d|\brelease \S*\d|\b\d{4}-\d\d-\d\d\b|\b\d\d:\d\d\b", "...", text)
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def figure_source() -> list[str]:
    """Return the source that the figure depends on: the cell that draws it and the functions it calls."""
    stage = find_stage(FIGURE_STAGE)
    notebook = json.loads((SOLUTIONS / stage.id / f"{stage.id}.ipynb").read_text(encoding="utf-8"))
    (cell,) = [text for text in map("".join, (cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"))
               if FIGURE in text]
    source = stage.solution.read_text(encoding="utf-8")
    found = [re.search(rf"^def {name}\(.*?(?=^\S|\Z)", source, re.DOTALL | re.MULTILINE) for name in ("term_norms", "plot_terms")]
    return [line for text in [cell, *(match[0] for match in found if match)] for line in text.splitlines() if line.strip()]


def made_from(html: Mapping[str, str]) -> dict[str, list[str]]:
    """Return what each picture shows, as lines of text."""
    lines = {name: words(text) for name, text in html.items()}
    return {name: all_of[: all_of.index(END[name])] if name in END else all_of for name, all_of in lines.items()} | {
        "figure": figure_source()}


def picture(html: str, top: int, bottom: int) -> bytes:
    """Render part of a page in a browser, as a small PNG."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        raise UsageError("make pictures needs Chromium: sudo apt-get install chromium")
    with tempfile.TemporaryDirectory() as scratch:
        page, shot = Path(scratch, "page.html"), Path(scratch, "page.png")
        page.write_text(html, encoding="utf-8")
        subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
                        "--disable-background-networking", f"--user-data-dir={scratch}/profile",
                        f"--force-device-scale-factor={SCALE}", f"--window-size={WIDTH},{bottom}",
                        f"--screenshot={shot}", page.as_uri()],
                       capture_output=True, check=True, timeout=120)
        return small(shot.read_bytes(), int(top * SCALE))


def small(png: bytes, top: int = 0) -> bytes:
    """Crop a picture at the top and reduce it to 64 colours."""
    from PIL import Image

    out = BytesIO()
    whole = Image.open(BytesIO(png)).convert("RGB")
    whole.crop((0, top, *whole.size)).quantize(64, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    """Make the pictures and the list of what they were made from."""
    FOLDER.mkdir(exist_ok=True)
    with pages() as html, tempfile.TemporaryDirectory() as scratch:
        (drawn,) = [path for path in draw_figures(find_stage(FIGURE_STAGE), Path(scratch)).glob("*.png")
                    if "summand" in path.name]
        pictures = {name: picture(html[name], *part) for name, part in PARTS.items()} | {"figure": small(drawn.read_bytes())}
        for name, data in pictures.items():
            (FOLDER / f"{name}.png").write_bytes(data)
        lines = made_from(html)
    listed = {name: {"picture": hashlib.sha256(pictures[name]).hexdigest(), "words": lines[name]} for name in pictures}
    LIST.write_text(json.dumps(listed, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for name, data in pictures.items():
        print(f"{FOLDER / name}.png  {len(data) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
