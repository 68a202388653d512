"""`make try`: a change tried in seconds, with a verdict that can fail."""

from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.prove.tryout import gates_named
from autograder.stages import KIT
from tests.classroom import SOLUTION, in_kit


def run(*arguments: str) -> tuple[int, str]:
    outcome = in_kit(KIT, "try", *arguments)
    return outcome.returncode, outcome.stdout + outcome.stderr


def test_a_task_as_it_stands_is_right() -> None:
    status, said = run("--stage", "1", "--task", "1.1")
    assert status == 0, said
    assert "ok   model answers" in said and "mistake softmax-overflows" in said
    assert "NOT NAMED" not in said and "FAIL" not in said


def test_a_mistake_is_shown_with_its_name() -> None:
    status, said = run("--stage", "1-bptt", "--mistake", "dL_dz_sign")
    assert status == 0
    assert "named dL-dz-sign" in said


def test_a_file_of_ones_own_is_graded(tmp_path: Path) -> None:
    file = tmp_path / "answer.py"
    file.write_text(SOLUTION + "\n\ndef softmax(z):\n    return z\n", encoding="utf-8")
    status, said = run("--stage", "1-bptt", "--file", str(file))
    assert status == 0
    assert "1.1 test_" in said and "tests lost" in said


def test_what_is_not_there_is_told_with_what_is() -> None:
    for arguments, words in ((("--stage", "1", "--task", "9.9"), "there are: 1.1"),
                             (("--stage", "1", "--mistake", "dL-dz-sing"), "dL-dz-sign"),
                             (("--task", "1.1"), "which stage?"), (("--stage", "1", "--file", "/none.py"), "cannot be read")):
        status, said = run(*arguments)
        assert status == 2 and words in said, said
    with pytest.raises(UsageError, match="nothing leaks"):
        gates_named("no such gate")
