"""The list of slips in the grader: each can still be made, and its tests are there."""

import shutil

import pytest

from autograder.errors import UsageError
from autograder.prove import slips as proof
from autograder.prove.slips import Slip, found_by_tests, slips
from autograder.stages import KIT

LIST = slips()


@pytest.mark.parametrize("file", sorted({slip.file for slip in LIST}))
def test_every_slip_can_be_made_and_its_tests_are_there(file):
    """A list that is no longer of this code would try nothing."""
    for slip in (slip for slip in LIST if slip.file == file):
        assert slip.changed() != (KIT / file).read_text(encoding="utf-8")
        for test in slip.tests:
            path, _, name = test.partition("::")
            assert f"def {name}" in (KIT / path).read_text(encoding="utf-8")


def test_there_are_enough_and_none_twice():
    assert len(set(LIST)) == len(LIST) >= 50
    assert sum(bool(slip.survives) for slip in LIST) <= len(LIST) / 10


def kit(place, test):
    """A kit of one module and one test."""
    (place / "tests").mkdir(parents=True)
    (place / "tests" / "test_one.py").write_text(test)
    shutil.copy(KIT / "autograder" / "text.py", place / "module.py")
    return place


def test_a_slip_is_found_where_its_test_fails_and_nothing_is_left_of_it(tmp_path, monkeypatch):
    slip = Slip("module.py", "MARKS = 4", "MARKS = 5", ("tests/test_one.py",))
    place = kit(tmp_path / "found", "import module\n\ndef test_it():\n    assert module.MARKS == 4\n")
    other = kit(tmp_path / "survives", "import module\n\ndef test_it():\n    assert module.MARKS > 3\n")
    monkeypatch.setattr(proof, "KIT", place)
    assert found_by_tests(slip, place) and not found_by_tests(slip, other)
    assert "MARKS = 4" in (place / "module.py").read_text() and "MARKS = 4" in (other / "module.py").read_text()


def test_what_cannot_be_tried_says_so(tmp_path, monkeypatch):
    place = kit(tmp_path, "def test_it():\n    pass\n")
    monkeypatch.setattr(proof, "KIT", place)
    with pytest.raises(UsageError, match=r"stands 0 times in module\.py"):
        found_by_tests(Slip("module.py", "MARKS = 7", "", ("tests/test_one.py",)), place)
    with pytest.raises(UsageError, match="cannot be run"):
        found_by_tests(Slip("module.py", "MARKS = 4", "MARKS = 5", ("tests/no_such_file.py",)), place)
