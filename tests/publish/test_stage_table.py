"""The table of stage.toml in docs/contributor.md is what the code reads; a slip in a stage.toml has a line."""

import re
from pathlib import Path

import pytest

from autograder.checks.layout import KEYS, read_stage
from autograder.stages import KIT, stages

GOOD = 'title = "A"\nfile = "a.py"\n\n[tasks]\n"1.1" = "One"\n'


def test_the_table_of_keys_is_that_of_the_code() -> None:
    page = (KIT / "docs" / "contributor.md").read_text(encoding="utf-8")
    section = page.partition("### stage.toml")[2].partition("###")[0]
    rows = re.findall(r"(?m)^\| `(\w+)` \| ([^|]+) \| [^|]+ \|$", section)
    assert dict(rows) == KEYS


def test_each_key_is_used_by_a_stage_or_has_a_default(tmp_path: Path) -> None:
    (tmp_path / "stage.toml").write_text(GOOD, encoding="utf-8")
    info = read_stage(tmp_path)
    assert (info.total_points, info.hidden, info.requires_stages, info.release) == (100, "hint", (), "")
    used = {line.partition("=")[0].strip() for stage in stages()
            for line in (stage.suite / "stage.toml").read_text(encoding="utf-8").splitlines() if "=" in line}
    assert {"title", "file", "release", "preload", "requires_stages"} <= used


@pytest.mark.parametrize("data", [GOOD.encode("utf-8-sig"), GOOD.replace("\n", "\r\n").encode()], ids=["a BOM", "CRLF"])
def test_it_is_read_however_an_editor_saved_it(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "stage.toml").write_bytes(data)
    assert read_stage(tmp_path).tasks == {"1.1": "One"}


WRONG = {
    "latin-1": (GOOD.replace('"A"', '"Ä"').encode("latin-1"), "stage.toml, line 1: this is not UTF-8"),
    "a merge conflict": (GOOD.replace("file", "<<<<<<< HEAD\nfile", 1), "stage.toml, line 2: a merge conflict is left in it"),
    "a text without quotes": (GOOD.replace('"a.py"', "a.py"), "stage.toml, line 2: "),
    "a list that is not closed": (GOOD + 'x = [\n', "stage.toml, line "),
    "a key twice": ('title = "B"\n' + GOOD, "stage.toml, line 2: "),
    "an empty file": ("", "the key 'title' is missing"),
    "no file": (GOOD.replace('file = "a.py"\n', ""), "the key 'file' is missing"),
    "no tasks": (GOOD.partition("\n[tasks]")[0], "the key 'tasks' is missing"),
    "a task without a number": (GOOD.replace('"1.1"', '"loss"'), "line 5: a task has the stage's number"),
    "tasks of two stages": (GOOD + '"2.1" = "Two"\n', "a task has the stage's number"),
    "a title that is a number": (GOOD.replace('"A"', "1"), "line 1: title is a text; got 1"),
    "an empty title": (GOOD.replace('"A"', '""'), "line 1: title is a text; got ''"),
    "a file that is no module": (GOOD.replace("a.py", "a b.py"), "line 2: file is the name of a Python file"),
    "a file elsewhere": (GOOD.replace("a.py", "../a.py"), "line 2: file is the name of a Python file"),
    "tasks in a list": ('title = "A"\nfile = "a.py"\ntasks = ["1.1"]\n', "line 3: tasks is a table of texts"),
    "a list that is a text": ('requires_stages = "1-bptt"\n' + GOOD, "line 1: requires_stages is a list of texts; got '1-bptt'"),
    "a list of numbers": ('preload = [1]\n' + GOOD, "line 1: preload is a list of texts"),
    "true in quotes": ('forbid_torch_rnn = "true"\n' + GOOD, "line 1: forbid_torch_rnn is true or false"),
    "seconds in quotes": (GOOD + '\n[cpu_seconds]\nf = "2"\n', "line 7: cpu_seconds is a table of numbers"),
    "seconds below zero": (GOOD + "\n[cpu_seconds]\nf = -2\n", "line 7: cpu_seconds is a table of numbers"),
    "points in quotes": ('total_points = "50"\n' + GOOD, "line 1: total_points is a number; got '50'"),
    "points of zero": ("total_points = 0\n" + GOOD, "line 1: total_points is a number"),
    "a day that is none": ('release = "2026-13-01"\n' + GOOD, "line 1: release is a day such as"),
    "a date without quotes": ("release = 2026-11-26\n" + GOOD, "line 1: release is a text"),
    "another level": (GOOD + '\n[feedback]\nhidden = "all"\n', "line 7: [feedback] has one key, hidden"),
    "a mistyped key": ('require_stages = []\n' + GOOD,
                       "line 1: nobody reads the key 'require_stages'; did you mean requires_stages?"),
    "a mistyped table": (GOOD.replace("[tasks]", "[task]"), "line 4: nobody reads the key 'task'; did you mean tasks?"),
}


@pytest.mark.parametrize("slip", WRONG)
def test_a_slip_is_refused_with_its_line(slip: str, tmp_path: Path) -> None:
    data, words = WRONG[slip]
    (tmp_path / "stage.toml").write_bytes(data if isinstance(data, bytes) else data.encode())
    with pytest.raises(ValueError, match=re.escape(words)):
        read_stage(tmp_path)
