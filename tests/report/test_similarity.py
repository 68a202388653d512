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


def pairs_of(files):
    return {(pair.one, pair.other): pair for pair in similar(files, RELEASED).pairs}


def test_identical_files_show_and_untouched_ones_do_not():
    """Line ends do not make two files differ; two who handed in what they were given are no pair."""
    source = next(iter(ALTERNATIVES.values()))
    found = pairs_of({"ada": source, "bob": source.replace(b"\n", b"\r\n"), "stub": RELEASED, "stub2": RELEASED + b"\n"})
    assert list(found) == [("ada", "bob")] and found["ada", "bob"].identical and found["ada", "bob"].share == 1


def test_a_renamed_copy_shows_among_independent_solutions():
    """The pair comes first; solutions by different hands stay below it."""
    names = sorted(ALTERNATIVES)
    files = dict(ALTERNATIVES) | {"copy": renamed(ALTERNATIVES[names[0]])}
    first = similar(files, RELEASED).pairs[0]
    assert {first.one, first.other} == {"copy", names[0]} and first.share > 0.8 and not first.identical


def test_what_cannot_be_read_is_compared_with_nothing():
    found = pairs_of({"ada": b"\xff\xfe def", "bob": b"", "eve": b"def f(:\n  ((("})
    assert found == {}
