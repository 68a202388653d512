"""A record is the same whether its tests' conversations were known or not, and known ones are not run again."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from autograder.grade.backends.sandboxed import SandboxBackend
from autograder.grade.runner import collected, run_suite
from autograder.grade.submission_grader import grade_one, record_reference_run
from autograder.sandbox.client.sandbox import Sandbox
from autograder.sandbox.client.transcript import Transcript
from autograder.sandbox.limits import Limits
from autograder.stages import Stage, find_stage

SEED = 7
LIMITS = Limits(call_cpu=2.0, load_cpu=2.0)
BPTT, VANISHING, GATED = find_stage("1-bptt"), find_stage("2-vanishing"), find_stage("4-gated")
Grade = Callable[[Stage, str], tuple[dict, dict, dict[str, bool]]]


class Taught:
    """Sandboxes and suites of the stages, each with what its rehearsal taught."""

    def __init__(self) -> None:
        self.sandboxes: list[Sandbox] = []

    @cache  # noqa: B019
    def sandbox(self, stage: Stage) -> Sandbox:
        sandbox = Sandbox(preload=stage.info.preload, limits=LIMITS)
        sandbox.start()
        self.sandboxes.append(sandbox)
        return sandbox

    def grade(self, stage: Stage, source: str, monkeypatch: pytest.MonkeyPatch) -> tuple[dict, dict, dict[str, bool]]:
        """The record with and without what is known, and for each test whether its conversation went as known."""
        known: dict[str, bool] = {}
        ask = SandboxBackend.replay_verdict

        def noted(backend: SandboxBackend, test: str, *rest: Any) -> Any:
            verdict = ask(backend, test, *rest)
            known[test.partition(".")[2]] = verdict is not None
            return verdict

        job = {"student": "x", "stage": stage.id, "files": {stage.info.file: source.encode()} | stage.trained(), "problem": "",
               "notes": [], "key": "", "seed": SEED}

        def both(suite: Any) -> tuple[dict, dict]:
            sandbox = self.sandbox(stage)
            memory = record_reference_run(stage, sandbox, suite, SEED)
            with monkeypatch.context() as patch:
                patch.setattr(SandboxBackend, "replay_verdict", noted)
                first = grade_one(job, sandbox, suite, memory)
            return first, grade_one(job, sandbox, suite)

        return *collected(stage, both), known


@pytest.fixture(scope="module")
def taught():
    made = Taught()
    yield made
    for sandbox in made.sandboxes:
        sandbox.close()


@pytest.fixture
def grade(taught: Taught, monkeypatch: pytest.MonkeyPatch) -> Grade:
    """``grade(stage, source)``; see `Taught.grade`."""
    return lambda stage, source: taught.grade(stage, source, monkeypatch)


def changed(stage: Stage, text: str) -> str:
    """The model answers with something after them."""
    return stage.solution.read_text(encoding="utf-8") + "\n\n" + text


@pytest.mark.parametrize("stage", [BPTT, VANISHING, GATED], ids=lambda stage: stage.id)
def test_the_model_answers_go_as_known_throughout(grade: Grade, stage: Stage) -> None:
    record, again, known = grade(stage, stage.solution.read_text(encoding="utf-8"))
    assert record == again
    assert record["score"] == record["max_score"]
    tasks = {test["test"]: test["task"] for test in record["tests"]}
    # Where student code calls a test's own function, the test is run: nothing is asked ahead of it.
    assert {tasks[test] for test, went in known.items() if not went} <= {"1.7"} and len(known) == len(record["tests"])
    assert bool(record["pictures"]) == ("matplotlib" in stage.info.preload)


def test_what_an_earlier_test_has_asked_is_not_asked_again(taught: Taught, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tests of one picture: where it is drawn right it is drawn once, and where it is not, both fail as they do alone."""
    asked: list[str] = []
    agrees = SandboxBackend._agrees

    def noted(backend: SandboxBackend, known: Transcript, task: str, own: bool) -> bool:
        asked.append(task)
        return agrees(backend, known, task, own)

    monkeypatch.setattr(SandboxBackend, "_agrees", noted)
    tests = [test for test in taught.grade(VANISHING, VANISHING.solution.read_text(encoding="utf-8"), monkeypatch)[0]["tests"]
             if test["task"] == "2.7"]
    assert len(asked) > 20 and asked.count("2.7") == len(tests) - 1
    asked.clear()
    record, again, _ = taught.grade(VANISHING, changed(VANISHING, "def plot_terms(*args, **names):\n    pass\n"), monkeypatch)
    assert record == again and asked.count("2.7") == len(tests)
    failed = {test["test"] for test in record["tests"] if test["outcome"] != "passed"}
    assert len(failed & {"test_plot_terms_draws_a_bar_for_each_word", "test_plot_terms_writes_the_words_at_their_places"}) == 2


@pytest.mark.parametrize("name", ["einsum", "class-with-cache", "lists-and-loops"])
def test_a_right_answer_written_differently(grade: Grade, name: str) -> None:
    """Some of its numbers differ in the last bits: those tests are run, with the same outcome."""
    record, again, known = grade(BPTT, BPTT.alternatives()[name])
    assert record == again
    assert record["score"] == record["max_score"]
    assert 0 < sum(known.values()) < len(known)


MISTAKES = {mistake.id: mistake for mistake in VANISHING.mistakes()}


@pytest.mark.parametrize("name", ["geometric-mean-underflows", next(name for name in MISTAKES if MISTAKES[name].task == "2.7")])
def test_a_mistake_keeps_its_name(grade: Grade, name: str) -> None:
    """One in numbers and one in a figure."""
    record, again, known = grade(VANISHING, MISTAKES[name].source)
    assert record == again
    assert name in {test["mistake"] for test in record["tests"]}
    failed = {test["test"] for test in record["tests"] if test["outcome"] != "passed"}
    assert failed and not any(known[test] for test in failed)


BROKEN = {
    "endless": "def softmax(z):\n    while True:\n        pass\n",
    "ends": "import os\n\ndef bptt(params, x, y, h, y_hat):\n    os._exit(0)\n",
    "not written": "def forward(params, x, h_0):\n    raise NotImplementedError\n",
    "prints": "_softmax = softmax\n\ndef softmax(z):\n    print('hello', z)\n    return _softmax(z)\n",
    "counts its calls": "_calls = []\n_softmax = softmax\n\ndef softmax(z):\n    _calls.append(1)\n"
                        "    return _softmax(z) * (1 if len(_calls) < 3 else 2)\n",
    "patches numpy": "_softmax = softmax\n\ndef softmax(z):\n    np.exp = lambda x: x\n    return np.ones_like(z)\n",
    "asks for other things": "_term = term\n\ndef dL_dW_x(params, x, y, h, y_hat, t):\n"
                             "    return sum(_term(params, x, y, h, y_hat, t, k) for k in range(t, 0, -1))\n",
    "calls f too often": "def numerical_gradient(f, theta, eps=1e-5):\n    f(theta)\n    f(theta + 1)\n    return theta\n",
    "changes its arguments": "_softmax = softmax\n\ndef softmax(z):\n    p = _softmax(z)\n    z[...] = 0\n    return p\n",
}


@pytest.mark.parametrize("kind", list(BROKEN))
def test_a_broken_answer(grade: Grade, kind: str) -> None:
    record, again, known = grade(BPTT, changed(BPTT, BROKEN[kind]))
    assert record == again
    # After a call that ran out of time nothing is asked ahead any more: each has a limit of its own.
    assert sum(known.values()) == 0 if kind == "endless" else sum(known.values()) > 20
    if kind != "prints" and kind != "asks for other things":
        assert record["score"] < record["max_score"]


def test_what_does_not_pass_is_not_kept(taught: Taught) -> None:
    """A verdict is known only where it was that of a right answer."""
    memory = {}
    files = {BPTT.info.file: changed(BPTT, BROKEN["not written"]).encode()}
    backend = SandboxBackend(BPTT, taught.sandbox(BPTT), files, SEED, memory, recording=True)
    try:
        results = run_suite(BPTT, backend)
    finally:
        backend.close()
    passed = {f"{result.visibility}.{result.verdict.test}" for result in results if result.verdict.outcome == "passed"}
    assert set(memory) == passed
    assert 0 < len(passed) < len(results)
