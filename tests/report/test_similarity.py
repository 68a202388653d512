"""Submissions that look alike: identical files always show, the released code and what the class has in common never."""

from autograder.report.similarity import similar
from autograder.stages import RELEASE, find_stage

STAGE = find_stage("1-bptt")
RELEASED = (RELEASE / STAGE.id / STAGE.info.file).read_bytes()
ALTERNATIVES = {name: text.encode() for name, text in STAGE.alternatives().items()}


def renamed(source: bytes) -> bytes:
    """The same program with other names and comments."""
    text = source.decode().replace("params", "weights").replace("grad", "slope").replace("total", "amount")
    return "\n".join(line + ("  # mine" if line.endswith(":") else "") for line in text.splitlines()).encode()


def one_file(files):
    """Each student's code as one file of the stage's name."""
    return {name: {STAGE.info.file: data} for name, data in files.items()}


def pairs_of(files):
    return {(pair.one, pair.other): pair for pair in similar(one_file(files), RELEASED).pairs}


def test_identical_files_show_and_untouched_ones_do_not():
    """Line ends do not make two files differ; two who handed in what they were given are no pair."""
    source = next(iter(ALTERNATIVES.values()))
    found = pairs_of({"ada": source, "bob": source.replace(b"\n", b"\r\n"), "stub": RELEASED, "stub2": RELEASED + b"\n"})
    assert list(found) == [("ada", "bob")] and found["ada", "bob"].share == 1
    assert found["ada", "bob"].identical == STAGE.info.file


def test_every_identical_file_shows_however_many_there_are():
    """A crowd with one file is one entry and hides no pair; helper modules and answers count too, and no stub does."""
    first, second, third = list(ALTERNATIVES.values())[:3]
    files = one_file({f"crowd{number:02}": first for number in range(12)} | {"yan": second, "zoe": second})
    files |= {name: {STAGE.info.file: f"from mine import *  # {name}\n".encode(), "mine.py": third} for name in ("hal", "ian")}
    files |= one_file({"kim": RELEASED, "lea": RELEASED, "max": b"", "ned": b""})
    found = similar(files, RELEASED, {"kim": {"1.8": "key"}, "lea": {"1.8": "key"}, "max": {"1.8": ""}, "ned": {"1.8": ""}})
    crowd = [f"crowd{number:02}" for number in range(12)]
    assert sorted(found.groups) == sorted([
        (crowd, STAGE.info.file), (["yan", "zoe"], STAGE.info.file), (["hal", "ian"], "mine.py"),
        (["kim", "lea"], "the answer to 1.8")])


def test_a_renamed_copy_shows_among_independent_solutions():
    """The pair comes first; solutions by different hands stay below it."""
    names = sorted(ALTERNATIVES)
    files = dict(ALTERNATIVES) | {"copy": renamed(ALTERNATIVES[names[0]])}
    first = similar(one_file(files), RELEASED).pairs[0]
    assert {first.one, first.other} == {"copy", names[0]} and first.share > 0.8 and not first.identical


def test_what_cannot_be_read_is_compared_with_nothing():
    found = pairs_of({"ada": b"\xff\xfe def", "bob": b"", "eve": b"def f(:\n  ((("})
    assert found == {}
