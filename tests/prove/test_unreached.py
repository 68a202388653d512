"""What is known of a program without running it is what a run gives."""

import pytest

from autograder.checks.suite import Verdict
from autograder.grade.backends.in_process import InProcessBackend
from autograder.grade.diagnosis.naming import Diagnosis
from autograder.grade.runner import Suite, collected
from autograder.prove.unreached import Known, OnTopBackend, names_changed, passed_tests
from tests.classroom import SOLUTION, STAGE


def test_verdicts_and_names_are_those_of_a_run() -> None:
    """One mistake of each task, and two at once: with and without what is known, to the last word."""
    first = {mistake.task: mistake for mistake in STAGE.mistakes()}
    one, *_, other = first.values()
    programs = [*(mistake.source for mistake in first.values()), f"{one.source}\n\n{other.own}"]

    def compare(suite: Suite) -> None:
        known = Known(SOLUTION, passed_tests(STAGE, suite, SOLUTION, 3))
        skipped = 0
        for program in programs:
            backends = [OnTopBackend(STAGE, program, 3, known), InProcessBackend(STAGE, program, 3)]
            found = []
            for backend in backends:
                diagnosis = Diagnosis(STAGE)
                found.append((suite.run(backend, diagnosis), diagnosis.found))
            assert found[0] == found[1]
            alone = Diagnosis(STAGE)
            suite.run(OnTopBackend(STAGE, program, 3, known), alone)
            assert alone.names == {test: name for test, (name, _) in found[0][1].items() if name} != {}
            skipped += sum(backends[0].replay_verdict(test, "", False) is not None for test in known.passed)
        assert skipped > len(known.passed) and known.stood_in

    collected(STAGE, compare)


def test_where_only_outcomes_are_asked_a_later_test_need_not_run_on_the_wrong_function() -> None:
    """What passes and what is named is that of a full run; also where no test of the mistake's own task is there to fail."""
    first = {mistake.task: mistake for mistake in STAGE.mistakes()}

    def outcomes(suite: Suite, backend: InProcessBackend) -> tuple[dict[str, str], dict[str, str]]:
        diagnosis = Diagnosis(STAGE)
        results = suite.run(backend, diagnosis)
        return {result.verdict.test: result.verdict.outcome for result in results}, diagnosis.names

    def compare(suite: Suite) -> None:
        known, items = Known(SOLUTION, passed_tests(STAGE, suite, SOLUTION, 3)), suite.items
        ran: list[frozenset[str]] = []

        class Counted(OnTopBackend):
            def begin(self, task_id: str, own: bool = False) -> None:
                ran.append(self.replaced)
                super().begin(task_id, own)

        for task, mistake in first.items():
            for suite.items in items, [item for item in items if suite.task[item] != task]:
                full = outcomes(suite, InProcessBackend(STAGE, mistake.source, 3))
                assert outcomes(suite, Counted(STAGE, mistake.source, 3, known, outcomes=True)) == full
                assert set(full[0].values()) != {"passed"} or suite.items != items
        runs = []
        for suite.items, asked in ((items, False), (items, True)):
            ran.clear()
            for mistake in first.values():
                outcomes(suite, Counted(STAGE, mistake.source, 3, known, outcomes=asked))
            runs.append(ran.count(frozenset()))
        assert runs[1] < runs[0]

    collected(STAGE, compare)


def test_a_test_is_reached_by_what_the_code_it_runs_asks_for() -> None:
    """Not by its own calls alone: functions that those call, and names that are no function of the file, such as `np`."""
    passed = collected(STAGE, lambda suite: passed_tests(STAGE, suite, SOLUTION, 0))
    assert len(passed) > 50
    indirect = [one for one in passed.values() if "softmax" in one.names and "softmax" not in {call.name for call in one.calls}]
    assert indirect
    assert any("np" in one.names for one in passed.values()) and any("softmax" not in one.names for one in passed.values())


@pytest.mark.parametrize(("below", "names"), [
    ("def softmax(z):\n    return z\n", {"softmax"}),
    ("import numpy as np\n\n\ndef softmax(z):\n    return z\n", {"softmax"}),
    ("import numpy.linalg as np\n", {"np"}),
    ("_step = 2\n\n\nclass Cell:\n    pass\n", {"_step", "Cell"}),
    ("_last = dict()\n", None), ("np.pi = 3\n", None), ("for name in ():\n    pass\n", None), ("print()\n", None),
])
def test_the_names_that_a_program_sets(below: str, names: set[str] | None) -> None:
    """None where its statements may do more than that."""
    assert names_changed(SOLUTION, f"{SOLUTION}\n\n{below}") == names
    assert names_changed(SOLUTION, below) is None


def test_what_a_right_version_handed_back_is_not_known() -> None:
    """The call reached the program's own function: another program may do something else with it."""
    own = "def softmax(z):\n    return np.zeros(len(z))\n"

    def use(suite: Suite) -> Known:
        known = Known(SOLUTION, {})
        backend = OnTopBackend(STAGE, f"{SOLUTION}\n\n{own}", 0, known)
        backend.replaced = frozenset({"softmax"})
        for arguments, kept in ((([1.0, 2.0],), True), (("no numbers", 3, 4), False)):
            backend.begin("1.1")
            try:
                backend.student.softmax(*arguments)
            except Exception:
                assert not kept
            backend.record_with_right_versions(f"test {kept}", Verdict("1.1", "test_it", "It", "passed", 1.0))
        return known

    known = collected(STAGE, use)
    assert set(known.stood_in) == {("test True", frozenset({"softmax"}))}
