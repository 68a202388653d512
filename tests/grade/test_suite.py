"""One suite over one source: its order, its parts, and the record that comes of it."""

import numpy as np
import pytest

from autograder.checks.plugin import title_of_function
from autograder.checks.rules import MAX_FILE
from autograder.errors import InfrastructureError, Refused
from autograder.grade.backends.in_process import InProcessBackend
from autograder.grade.course import SEED
from autograder.grade.handin.archives import read_bytes
from autograder.grade.record import FIELDS, SCHEMA, read_record, submission_key, suite_hash, write_json
from autograder.grade.runner import run_suite
from autograder.grade.submission import Submission, read_submission
from autograder.prove.gates import run_source
from autograder.stages import points
from tests.classroom import SOLUTION, STAGE, STUB, hand_in, with_function


class Watched(InProcessBackend):
    """A backend that remembers for which tasks a test began."""

    def __init__(self, *arguments) -> None:
        super().__init__(*arguments)
        self.begun: list[str] = []

    def begin(self, task_id: str, own: bool = False) -> None:
        self.begun.append(task_id)
        super().begin(task_id, own)


def verdicts(source: str, **settings) -> list:
    """Verdicts of the suite over trusted source."""
    return [result.verdict for result in run_suite(STAGE, InProcessBackend(STAGE, source, SEED), **settings)]


def test_every_test_is_run_once_in_the_order_of_the_files():
    """Public first, then hidden; the points are those of the markers."""
    ran = [(verdict.task, verdict.test, verdict.title, verdict.max_points) for verdict in verdicts(SOLUTION)]
    assert ran == [(task, name, title, worth) for _, task, name, title, worth in points.test_list(STAGE)]


def test_backwards_is_the_same_in_reverse():
    """The last test is run first; the verdicts are the same, and in the order of the files."""
    def ran(**settings) -> tuple[list[str], list[dict]]:
        backend = Watched(STAGE, STUB, SEED)
        found = run_suite(STAGE, backend, alone=True, **settings)
        return backend.begun, [result.verdict.as_dict() for result in found]

    (order, found), (turned, again) = ran(), ran(backwards=True)
    assert turned == order[::-1] != order
    assert again == found


def test_one_task_and_one_visibility():
    """`only` and `visibilities` choose tests; nothing else changes."""
    assert {verdict.task for verdict in verdicts(SOLUTION, only="1.3")} == {"1.3"}
    public = verdicts(SOLUTION, visibilities=("public",))
    assert [verdict.test for verdict in public] == [row[2] for row in points.test_list(STAGE) if row[0] == "public"]


def test_a_task_that_does_not_exist_is_no_clean_sheet():
    """No verdict is not the same as no failure."""
    with pytest.raises(InfrastructureError, match=r"there is no task 9\.9|did not run"):
        verdicts(SOLUTION, only="9.9")


def test_one_mistake_costs_its_own_task_alone():
    """While another task is graded the reference answers: a wrong softmax does not sink forward."""
    run = run_source(STAGE, with_function("def softmax(z):\n    return np.ones_like(z)\n"))
    assert {result.verdict.task for result in run.lost()} == {"1.1"}


def test_a_helper_of_the_students_own_stays_the_students():
    """Only functions the course knows are replaced."""
    source = with_function("def _twice(z):\n    return 2 * z\n\n\ndef dz_dh(W_y):\n    return _twice(W_y) / 2\n")
    assert run_source(STAGE, source).lost() == []


def test_the_stub_says_whose_task_it_is():
    """The message is the stub's own sentence."""
    found = {verdict.task: verdict.message for verdict in verdicts(STUB)}
    assert found["1.6"] == "Task 1.6: bptt is yours to write"


def test_random_inputs_depend_on_the_seed_and_the_test_alone():
    """The same call sees the same numbers, whichever tests ran before it."""
    def seen(seed: int, **settings) -> dict:
        calls: dict[str, list] = {}

        def keep(verdict, backend):
            calls[verdict.test] = [call.args for call in backend.student.calls if call.name == "softmax"]
            if not calls[verdict.test]:
                del calls[verdict.test]

        source = with_function("def softmax(z):\n    return np.full(np.shape(z), 0.7)\n")
        run_suite(STAGE, InProcessBackend(STAGE, source, seed), keep, **settings)
        return calls

    first, again, other = seen(1), seen(1, backwards=True), seen(2)
    np.testing.assert_equal(again, first)
    assert first.keys() == again.keys() and first
    assert not all(np.array_equal(first[name][0][0], other[name][0][0]) for name in first)


def test_a_title_is_one_sentence_on_one_line():
    """However the docstring is wrapped."""
    def test_it():
        """forward of T = 1
        is right.
        """

    assert title_of_function(test_it) == "forward of T = 1 is right"


def test_the_key_changes_with_all_that_decides_a_mark():
    """Code, notebook, notes, isolation, seed, student; and with nothing else."""
    one = Submission("ada", "1-bptt", {"bptt.py": b"x = 1\n"}, b"{}")
    key = submission_key(one, "sandbox", 1)
    assert key == submission_key(Submission("ada", "1-bptt", {"bptt.py": b"x = 1\n"}, b"{}"), "sandbox", 1)
    others = [
        submission_key(Submission("ada", "1-bptt", {"bptt.py": b"x = 2\n"}, b"{}"), "sandbox", 1),
        submission_key(Submission("ada", "1-bptt", {"bptt.py": b"x = 1\n", "a.py": b""}, b"{}"), "sandbox", 1),
        submission_key(Submission("ada", "1-bptt", {"bptt.py": b"x = 1\n"}, None), "sandbox", 1),
        submission_key(Submission("ada", "1-bptt", {"bptt.py": b"x = 1\n"}, b"{}", notes=("n",)), "sandbox", 1),
        submission_key(Submission("bob", "1-bptt", {"bptt.py": b"x = 1\n"}, b"{}"), "sandbox", 1),
        submission_key(one, "process", 1), submission_key(one, "sandbox", 2),
    ]
    assert len({key, *others}) == 1 + len(others)
    assert suite_hash("1-bptt") == suite_hash("1-bptt")


def test_a_record_is_read_back_or_not_at_all(tmp_path):
    """What is half written, or of another version, is no record."""
    path = tmp_path / "results" / "ada.json"
    whole = dict.fromkeys(FIELDS, "Zoë") | {"schema": SCHEMA, "tests": []}
    write_json(path, whole)
    assert read_record(path) == whole
    assert [entry.name for entry in path.parent.iterdir()] == ["ada.json"]
    for text in ("", "{", "[]", '{"schema": 99}', "\x00"):
        path.write_text(text)
        assert read_record(path) is None
    assert read_record(tmp_path / "nobody.json") is None


def test_what_cannot_be_read_is_refused_unopened(tmp_path):
    """Links, folders and what is too large."""
    (tmp_path / "small.py").write_text("x = 1\n")
    assert read_bytes(tmp_path / "small.py", MAX_FILE) == b"x = 1\n"
    (tmp_path / "link.py").symlink_to(tmp_path / "small.py")
    with open(tmp_path / "large.py", "wb") as file:
        file.truncate(MAX_FILE + 1)
    for name, words in (("link.py", "it is a link"), ("large.py", "at most 8 MiB"), (".", "not a regular file"),
                        ("nothing.py", "cannot be read")):
        with pytest.raises(Refused, match=words):
            read_bytes(tmp_path / name, MAX_FILE)


def test_the_kits_own_files_are_never_taken_from_a_submission(tmp_path):
    """A conftest.py or test_public.py of a student's is not what is run; modules of their own are."""
    folder = hand_in(tmp_path, "ada")
    for name in ("conftest.py", "test_public.py", "helper.py", "notes.txt"):
        (folder / name).write_text("x = 1\n")
    assert set(read_submission(folder, "ada", STAGE).files) == {"bptt.py", "helper.py", "notes.txt"}
