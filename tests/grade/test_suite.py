"""One suite over one source: its order, its parts, and the record that comes of it."""

import json
import os
from dataclasses import asdict, replace

import numpy as np
import pytest

from autograder.checks.rules import MAX_FILE
from autograder.checks.suite import title_of_function
from autograder.errors import InfrastructureError, Refused
from autograder.grade import record
from autograder.grade import submission as submissions
from autograder.grade.backends.in_process import InProcessBackend
from autograder.grade.course import SEED
from autograder.grade.handin.archives import read_bytes
from autograder.grade.record import SCHEMA, read_record, submission_key, suite_hash, write_json
from autograder.grade.runner import run_suite
from autograder.grade.submission import Submission, read_submission
from autograder.prove.gates import run_source
from autograder.stages import find_stage, points
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


def test_every_test_is_run_once_and_told_in_the_order_of_the_files():
    """The points are those of the markers. Public tests are run first, in a process that no hidden one was in."""
    results = run_suite(STAGE, InProcessBackend(STAGE, SOLUTION, SEED))
    told = [(one.verdict.task, one.verdict.test, one.verdict.title, one.verdict.max_points) for one in results]
    assert told == [(task, name, title, worth) for _, task, name, title, worth in points.test_list(STAGE)]
    ran = [one.visibility for one in sorted(results, key=lambda one: one.turn)]
    assert ran == sorted(ran, reverse=True) and len(set(ran)) == 2


def test_backwards_is_the_same_in_reverse():
    """The last test is run first; the verdicts are the same, and in the order of the files."""
    def ran(**settings) -> tuple[list[str], list[dict]]:
        backend = Watched(STAGE, STUB, SEED)
        found = run_suite(STAGE, backend, alone=True, **settings)
        return backend.begun, [asdict(result.verdict) for result in found]

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
        submission_key(one, "process", 1), submission_key(one, "sandbox", 2), submission_key(one, "sandbox", 1, retrain=True),
        submission_key(one, "sandbox", 1, language="de"),
        *(submission_key(replace(one, pictures=pictures), "sandbox", 1)
          for pictures in ((("a.png", b"1"),), (("a.png", b"2"),), (("b.png", b"1"),))),
        *(submission_key(replace(one, **{name: value}), "sandbox", 1) for name, value in (
            ("problem", "p"), ("needs_person", "q"), ("beside", ("a.pdf",)), ("stage", "2-vanishing"))),
    ]
    assert len({key, *others}) == 1 + len(others)
    assert suite_hash("1-bptt") == suite_hash("1-bptt")


def test_the_suite_is_known_by_all_that_decides_a_mark(monkeypatch):
    """The suite and model answers of the stage, those of earlier stages, the code that grades, and the data the tests read."""
    stage, seen = find_stage("4-gated"), []
    monkeypatch.setattr(record, "_together", lambda files: seen.extend(files) or b"")
    record.suite_hash.__wrapped__(stage.id)
    wanted = {stage.solution, *stage.test_files().values(), *(find_stage(name).solution for name in stage.info.requires_stages)}
    assert wanted <= set(seen) and set(record.data_files(stage)) <= set(seen) and record.data_files(stage)


def test_a_program_of_a_bank_or_a_test_of_another_stage_changes_no_mark():
    """Only the proof reads the banks; of an earlier stage, marks depend on the right versions that stand in for it."""
    stage, first = find_stage("2-vanishing"), find_stage("1-bptt")
    files = set(record.stage_files(stage))
    assert {*stage.test_files().values(), *(stage.suite / "mistakes").glob("*.py")} <= files
    assert {first.solution, first.suite / "right.py"} <= files
    assert files.isdisjoint([*first.test_files().values(), *stage.suite.glob("wrong/*"), *stage.suite.glob("alternatives/*")])
    code = record.grading_code.__wrapped__()
    for place in ("errors.py", "text.py", "stages/points.py", "grade/runner.py", "checks/compare.py", "sandbox/wire.py"):
        assert f"autograder/{place}:".encode() in code
    assert b"stages/bptt/" not in code


def test_a_record_is_read_back_or_not_at_all(tmp_path):
    """What is half written, or of another version, is no record."""
    path = tmp_path / "results" / "ada.json"
    test = dict.fromkeys("task test title message mistake hint".split(), "x") | {
        "visibility": "public", "outcome": "passed", "points": 1, "max_points": 1.5}
    whole = dict.fromkeys("student stage key reason isolation".split(), "Zoë") | {
        "schema": SCHEMA, "status": "graded", "notes": [], "pictures": {}, "tests": [test], "score": 1, "max_score": 1.5}
    write_json(path, whole)
    assert read_record(path) == whole
    assert [entry.name for entry in path.parent.iterdir()] == ["ada.json"]
    for text in ("", "{", "[]", '{"schema": 99}', "\x00", json.dumps(whole | {"schema": SCHEMA + 1}),
                 json.dumps(whole | {"tests": {}}), json.dumps({**whole, "key": None}), json.dumps(whole | {"score": "1"}),
                 json.dumps(whole | {"max_score": float("nan")}), json.dumps(whole | {"status": "good"}),
                 json.dumps(whole | {"tests": [test | {"points": "1"}]}),
                 json.dumps(whole | {"tests": [test | {"outcome": "ok"}]}),
                 json.dumps(whole | {"tests": [{name: test[name] for name in test if name != "hint"}]})):
        path.write_text(text)
        assert read_record(path) is None, text
    path.unlink()
    os.mkfifo(path)
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


def test_nothing_behind_a_link_is_a_submission(tmp_path):
    """Neither where a student's folder is one, nor where the stage's is."""
    folder = hand_in(tmp_path / "elsewhere", "ada")
    (tmp_path / "submitted" / "eve").mkdir(parents=True)
    (tmp_path / "submitted" / "ada").symlink_to(folder.parent)
    (tmp_path / "submitted" / "eve" / STAGE.id).symlink_to(folder)
    assert read_submission(folder, "ada", STAGE).files
    for student in ("ada", "eve"):
        found = read_submission(tmp_path / "submitted" / student / STAGE.id, student, STAGE)
        assert found.files == {} and "is a link" in found.problem


def test_what_is_beyond_the_size_of_a_folder_is_not_read(tmp_path, monkeypatch):
    """The stage's file comes first, and what no longer fits is named."""
    folder = hand_in(tmp_path, "ada")
    (folder / "numbers.csv").write_text("1," * 5000)
    (folder / "more.csv").write_text("2," * 5000)
    monkeypatch.setattr(submissions, "MAX_TOTAL", (folder / "bptt.py").stat().st_size + 10_500)
    found = read_submission(folder, "ada", STAGE)
    assert set(found.files) == {"bptt.py", "more.csv"}
    assert any("numbers.csv was not read: the folder holds more than" in note for note in found.notes)


def test_the_kits_own_files_are_never_taken_from_a_submission(tmp_path):
    """A conftest.py or test_public.py of a student's is not what is run; modules of their own are."""
    folder = hand_in(tmp_path, "ada")
    for name in ("conftest.py", "test_public.py", "helper.py", "notes.txt"):
        (folder / name).write_text("x = 1\n")
    assert set(read_submission(folder, "ada", STAGE).files) == {"bptt.py", "helper.py", "notes.txt"}
