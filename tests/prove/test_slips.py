"""The list of slips in the grader: each can still be made, and its tests are there."""

from dataclasses import replace

import pytest

from autograder.errors import UsageError
from autograder.prove import slips as proof
from autograder.prove.slips import Slip, slips
from autograder.stages import KIT

LIST = slips()


@pytest.mark.parametrize("file", sorted({slip.file for slip in LIST}))
def test_every_slip_can_be_made_and_its_tests_are_there(file):
    """A list that is no longer of this code would try nothing."""
    for slip in (slip for slip in LIST if slip.file == file):
        assert slip.changed() != (KIT / file).read_text(encoding="utf-8")
        for test in slip.tests:
            path, _, name = test.partition("::")
            assert f"def {name.partition('[')[0]}" in (KIT / path).read_text(encoding="utf-8")


def test_there_are_enough_and_none_twice():
    assert len(set(LIST)) == len(LIST) >= 100
    assert sum(bool(slip.survives) for slip in LIST) <= len(LIST) / 10


@pytest.fixture
def kit(tmp_path, monkeypatch):
    """A kit of one module and the tests of it, with a list of slips; `tried` is a copy of it."""
    place = tmp_path / "kit"
    (place / "tests").mkdir(parents=True)
    (place / "module.py").write_text("LIMIT = 4\nMOST = 9\n")
    (place / "tests" / "test_one.py").write_text(
        "import module\n\ndef test_limit():\n    assert module.LIMIT == 4\n\ndef test_most():\n    assert module.MOST > 3\n")
    monkeypatch.setattr(proof, "KIT", place)
    monkeypatch.setattr(proof, "LIST", place / "tests" / "slips.toml")
    monkeypatch.setattr(proof, "LIBRARIES", ("pytest",))
    return place


@pytest.fixture
def tried(kit):
    with proof.copies(1) as places:
        copy = places.get()
        yield copy
        places.put(copy)


LIMIT = Slip("module.py", "LIMIT = 4", "LIMIT = 5", ("tests/test_one.py::test_limit",))
MOST = Slip("module.py", "MOST = 9", "MOST = 8", ("tests/test_one.py::test_most",))


def write(kit, *slips):
    """The list of slips."""
    (kit / "tests" / "slips.toml").write_text("".join(
        f"[[slip]]\nfile = {slip.file!r}\nbefore = {slip.before!r}\nafter = {slip.after!r}\ntests = {[*slip.tests]!r}\n"
        f"survives = {slip.survives!r}\n" for slip in slips))


def test_a_slip_is_found_where_its_test_fails_and_nothing_is_left_of_it(kit, tried):
    """One after the other in a second, of one size, in one file: each is met by its own tests."""
    assert [tried.finds(slip) for slip in (LIMIT, MOST, LIMIT, replace(MOST, tests=LIMIT.tests))] == [True, False, True, False]
    assert (tried.place / "module.py").read_text() == (kit / "module.py").read_text() == "LIMIT = 4\nMOST = 9\n"


def test_what_cannot_be_tried_says_so(tried):
    with pytest.raises(UsageError, match=r"stands 0 times in module\.py"):
        tried.finds(replace(LIMIT, before="LIMIT = 7"))
    for test in ("tests/no_such_file.py", "tests/test_one.py::test_nothing"):
        with pytest.raises(UsageError, match="cannot be run"):
            tried.finds(replace(LIMIT, tests=(test,)))


def test_tests_without_an_end_find_a_slip_and_the_next_one_is_tried(tried, monkeypatch):
    (tried.place / "tests" / "test_end.py").write_text("import module\n\ndef test_it():\n    while module.LIMIT == 5: pass\n")
    with monkeypatch.context() as at_once:
        at_once.setattr(proof, "LONGEST", 0.0)
        assert tried.finds(replace(LIMIT, tests=("tests/test_end.py",)))
    assert not tried.finds(replace(MOST, tests=("tests/test_end.py",)))


def test_under_ninety_in_a_hundred_the_gate_fails_and_names_what_survives(kit):
    """Each is told as it was tried; those with a reason are not counted."""
    lines = []
    write(kit, LIMIT, MOST)
    finding = proof.slips_are_found(tell=lines.append)
    assert not finding.holds and finding.problems == ["50% are found, 90% are wanted"]
    assert finding.measured.startswith("1 of 2, 50%")
    assert finding.table == [f"survives  {MOST}"]
    assert sorted(line[10:20].strip() for line in lines[1:]) == ["SURVIVES", "found"] and str(MOST) in "".join(lines)
    write(kit, LIMIT, replace(MOST, survives="8 is as good as 9"))
    finding = proof.slips_are_found(tell=lines.append)
    assert any(f"as known  {MOST}" in line for line in lines)
    assert finding.holds and finding.measured.startswith("1 of 1")
    assert finding.table == [f"survives  {MOST}, since 8 is as good as 9"]
    write(kit, replace(LIMIT, survives="nobody reads it"))
    assert "a test finds it" in proof.slips_are_found().problems[0]
    with pytest.raises(UsageError, match=r"no slip in tests/slips\.toml has 'other\.py'"):
        proof.slips_are_found("other.py")


def test_tests_that_fail_as_the_kit_is_find_nothing(kit):
    """They would find every slip."""
    (kit / "module.py").write_text("LIMIT = 4\nMOST = 2\n")
    write(kit, LIMIT, replace(MOST, before="MOST = 2"))
    (problem,) = proof.slips_are_found().problems
    assert problem.startswith("fails without a slip: FAILED tests/test_one.py::test_most")
