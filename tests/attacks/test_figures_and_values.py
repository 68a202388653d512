"""Hostile figures and values: text of strangers by every door of a figure, and more bytes than anybody wants to keep."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from autograder.checks.values import Other
from autograder.grade import runner
from autograder.grade.backends.in_process import InProcessBackend
from autograder.grade.runner import run_suite
from autograder.grade.schedule.slot import Slots
from autograder.sandbox.limits import Limits
from autograder.stages import find_stage

STAGE = find_stage("2-vanishing")
FULL = 80.0
NASTY = "\x1b[31m\x07\x9b2J\x1b]0;owned\x07\u202eevil\u2066\u2028\u0085[/b]<script>alert(7)</script>\r=1+1\x00\ud800"
CODES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
SAVES = "import matplotlib.figure\ndef save(self, target, *rest, **more):\n    {}\nmatplotlib.figure.Figure.savefig = save"
FORGED = """import struct, zlib
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    target.write(b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', {side}, {side}, 8, 2, 0, 0, 0))
                 + chunk(b'tEXt', b'Comment\\0' + {text}) + chunk(b'IDAT', zlib.compress(b'x')) + chunk(b'IEND', b''))"""
# What a right plot_decay does at its end, the marks it deserves of 2.7's 14, and words that one of its messages must hold.
FIGURES: dict[str, tuple[str, float, str]] = {
    "a title of codes": ("ax.set_title(NASTY)", 14, ""),
    "a legend of codes": ("ax.lines[0].set_label(NASTY + ax.lines[0].get_label())\nax.legend(title=NASTY)", 14, ""),
    "a font of codes": ("ax.set_title('a', fontfamily=NASTY)", 14, ""),
    "mathematics that is none": ("ax.set_title('$\\\\frac{$')", 14, ""),
    "an end of text in a label": ("ax.set_xlabel('lag\\0' * 1000)", 12, "x axis should have a label"),
    "a label that is an object": ("class Odd(str):\n    def __str__(self): return NASTY\n    def __len__(self): return 10**9\n"
                                  "ax.set_ylabel(Odd(ax.get_ylabel()))", 14, ""),
    "type set by another program": ("import matplotlib\nmatplotlib.rcParams['text.usetex'] = True\nax.set_title('a')", 14, ""),
    "a line whose data lies": ("from matplotlib.lines import Line2D\n"
                               "Line2D.get_ydata = lambda self, orig=True: np.zeros((10**4, 10**3))", 7, "larger than"),
    "a picture that is never saved": (SAVES.format("while True: pass"), 14, ""),
    "a forged picture with text inside": (SAVES.format(FORGED.format(side=4000, text="b'<script>alert(7)' * 9000")), 14, ""),
    "a forged picture that claims gigabytes": (SAVES.format(FORGED.format(side=60_000, text="b''")), 14, ""),
    "no picture": (SAVES.format("target.write(NASTY.encode('utf-8', 'surrogatepass'))"), 14, ""),
}


@pytest.fixture(scope="module")
def slot() -> Iterator[Slots]:
    """One slot for all: each meets what the one before left."""
    made = Slots(limits=Limits(call_cpu=2.0))
    yield made
    made.close()


@pytest.mark.parametrize(("body", "marks", "says"), FIGURES.values(), ids=FIGURES)
def test_a_figure_says_no_code_and_gets_what_it_deserves(slot: Slots, body: str, marks: float, says: str) -> None:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    source = f"{STAGE.solution.read_text(encoding='utf-8')}\n\nNASTY = {NASTY!r}\nown = plot_decay\n\n" \
             f"def plot_decay(ax, *rest):\n    got = own(ax, *rest)\n{lines}\n    return got\n"
    record = slot.grade({"student": "x", "stage": STAGE.id, "files": {STAGE.info.file: source.encode()}, "problem": "",
                         "notes": [], "key": "k", "seed": 1})
    lost = [test for test in record["tests"] if test["outcome"] != "passed"]
    assert record["score"] == FULL - 14 + marks, [(test["test"], test["message"][:200]) for test in lost]
    assert says in " ".join(test["message"] for test in lost)
    words = json.dumps(record, ensure_ascii=False)
    assert not CODES.search(words), words[max(0, CODES.search(words).start() - 80):][:160]  # type: ignore[union-attr]
    assert all(len(picture) < 600_000 for pictures in record["pictures"].values() for picture in pictures)


@pytest.mark.parametrize(("start", "step", "says"), [
    ("[]", "[x, x]", "a list of more than 100000 items"), ("()", "(x, x)", "a tuple of more than 100000 items"),
    ("{}", "dict(a=x, b=x)", "a dict of more than 100000 items"), ("[]", "(x.append(x), x.append(x), x)[2]", "a list"),
])
def test_a_value_of_more_items_than_bytes_costs_its_tests_and_no_time(slot: Slots, start: str, step: str, says: str) -> None:
    stage = find_stage("1-bptt")
    source = f"{stage.solution.read_text(encoding='utf-8')}\n\n" \
             f"def softmax(z):\n    x = {start}\n    for _ in range(31):\n        x = {step}\n    return x\n"
    record = slot.grade({"student": "x", "stage": stage.id, "files": {stage.info.file: source.encode()}, "problem": "",
                         "notes": [], "key": "k", "seed": 1})
    assert {test["task"] for test in record["tests"] if test["outcome"] != "passed"} == {"1.1"}
    assert not [test["test"] for test in record["tests"] if test["outcome"] == "timeout"]
    assert says in " ".join(test["message"] for test in record["tests"])


def test_a_value_of_many_bytes_is_not_kept_for_those_who_name_mistakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty tests of sixty megabytes each are more than the process may have; the verdict is reached all the same."""
    monkeypatch.setattr(runner, "KEPT", 1000)
    monkeypatch.setattr(runner, "SMALL", 100)
    stage = find_stage("1-bptt")
    source = f"{stage.solution.read_text(encoding='utf-8')}\n\ndef softmax(z):\n    return np.zeros(500)\n"
    seen: list[Any] = []
    found = run_suite(stage, InProcessBackend(stage, source, 1), lambda verdict, backend: seen.extend(backend.student.calls),
                      visibilities=("public",), only="1.1")
    assert [result.verdict.outcome for result in found].count("failed") >= 1
    values = [call.value for call in seen if call.name == "softmax"]
    assert values and all(isinstance(value, Other) for value in values)
    assert any(isinstance(call.value, float) for call in seen if call.name == "cross_entropy"), "what is small is kept"
