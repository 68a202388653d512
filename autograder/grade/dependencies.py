"""Find the requests of a test that may contain an answer to an earlier request of the same test.

Such a request must not be sent before that answer has been read: the code under test could read the answer from it. A request
may contain an answer because the test computed it from results of the student's code (or of the reference), or because the
author of the test wrote the same numbers down. So each test is run again on changed answers, without its expectations: requests
that then differ from the recording depend on an answer. In addition, the numbers of each request are compared with those of
earlier answers.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator
from types import FunctionType, ModuleType
from typing import Any

import numpy as np
import pytest

from autograder import stages
from autograder.checks import compare
from autograder.checks.suite import BACKEND, VERDICTS
from autograder.checks.values import is_tensor, stays
from autograder.errors import Died, StudentError
from autograder.grade.backends.sandboxed import ReferenceRun, SandboxBackend
from autograder.grade.runner import Suite, name_of
from autograder.grade.standing_in import submission_for
from autograder.sandbox.client.budget import SubmissionBudget
from autograder.sandbox.client.sources import Sources
from autograder.sandbox.client.transcript import Message, Transcript
from autograder.sandbox.client.worker import Worker
from autograder.sandbox.limits import Limits
from autograder.sandbox.wire import decoded
from autograder.stages import Stage

# Relative change of an answer: far above rounding, small enough for a test to continue.
CHANGE = 1e-3
# Binary digits in which two numbers that are taken for the same agree: ten decimal ones.
DIGITS = 33


def find_dependencies(stage: Stage, suite: Suite, runs: dict[str, ReferenceRun], seed: int) -> None:
    """Mark in each transcript which requests must wait for the answers before them."""
    config = suite.session.config
    for item in suite.items:
        run = runs.get(name_of(item))
        if run is None or run.transcript.asks:
            continue
        backend = ChangedBackend(stage, run.transcript, seed)
        config.stash[BACKEND], config.stash[VERDICTS] = backend, []
        with _without_expectations(item.module):  # type: ignore[attr-defined]
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        told = answers_told(run.transcript)
        for position, exchange in enumerate(run.transcript.exchanges):
            exchange.waits = position > 0 and exchange.request.kind != "picture" and (
                position not in backend.changed.same or position in told)


def answers_told(transcript: Transcript) -> set[int]:
    """Return the positions of requests that contain a number of an earlier answer which no request before that answer contained.
    """
    known: set[float] = set()
    answers: set[float] = set()
    found = set()
    for position, exchange in enumerate(transcript.exchanges):
        asked = numbers_of(exchange.request)
        if asked & answers:
            found.add(position)
        known |= asked
        answers |= numbers_of(exchange.reply) - known
    return found


def numbers_of(message: Message) -> set[float]:
    """Return the numbers in a message, rounded to `DIGITS`, except small multiples of one half, which occur everywhere."""
    found: set[float] = set()
    for value in leaves(values_of(message)):
        if is_tensor(value):
            value = value.detach().numpy()
        array = np.asarray(value)
        if array.dtype.kind in "fc":
            flat = array.ravel()
            flat = np.concatenate([flat.real, flat.imag]).astype(float)
            flat = flat[np.isfinite(flat)]
            mantissas, exponents = np.frexp(flat[(flat % 0.5 != 0) | (np.abs(flat) > 1e3)])
            found.update(np.ldexp(np.rint(np.ldexp(mantissas, DIGITS)), exponents - DIGITS).tolist())
    return found


def values_of(message: Message) -> list[Any]:
    """Decode the values of a message; handles become None."""
    return decoded(message.forms, bytearray(message.payload), lambda reference: None)


def leaves(value: Any) -> Iterator[Any]:
    """Yield the leaves of nested lists, tuples and dicts."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    else:
        yield value


class ChangedBackend(SandboxBackend):
    """A backend without a sandbox that returns the recorded answers, each slightly changed."""

    def __init__(self, stage: Stage, transcript: Transcript, seed: int, change: Callable[[Any], Any] | None = None) -> None:
        super().__init__(stage, None, {}, seed)  # type: ignore[arg-type]
        self.changed = ChangedWorker(stage, transcript, change or changed)
        self._asked = {exchange.request.forms[0][2] for exchange in transcript.exchanges
                       if exchange.request.kind == "call" and exchange.request.forms[0][1] == "function"}

    def _budget(self) -> SubmissionBudget:
        return SubmissionBudget(float("inf"), float("inf"))

    def begin(self, task_id: str, own: bool = False) -> None:
        """Do nothing: no state is kept between tests."""

    def worker(self, known: Transcript | None = None) -> Worker:
        """Return the worker that replays changed answers."""
        return self.changed

    def reference(self) -> Any:
        """Return a reference whose results for functions called in this test are changed too."""
        return ChangedReference(self.stage, self._asked)


class ChangedReference:
    """The reference module, with changed results for the functions under test and those that use them."""

    def __init__(self, stage: Stage, asked: Iterable[str]) -> None:
        self._stage, self._asked = stage, set(asked)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._stage.reference(), name)
        if not isinstance(value, FunctionType | type) or not self._stage.reaches.get(name, frozenset()) & self._asked:
            return value

        def function(*args: Any, **kwargs: Any) -> Any:
            made = value(*args, **kwargs)
            if stays(made):
                made.register_forward_hook(lambda module, inputs, output: changed(output))
                return made
            return changed(made)

        return function


class ChangedWorker(Worker):
    """Replays the recorded replies in order, with changed values and exception messages.

    Attributes
    ----------
    same : set of int
        Positions of requests that equal the recorded ones although all answers were changed.
    """

    def __init__(self, stage: Stage, transcript: Transcript, change: Callable[[Any], Any]) -> None:
        self._change = change
        self.limits, self.alive, self.printed, self._sources = Limits(), True, "", Sources({})
        self.same: set[int] = set()
        self.submission, self.prefetch, self.recording, self.total = submission_for(stage, {}), None, None, None
        self._functions: list[Callable[..., Any]] = []
        self._answering = False
        self._exchanges = iter(enumerate(transcript.exchanges))

    def exchange(self, request: Message, cpu: float) -> Message:
        """Return the next recorded reply."""
        for position, exchange in self._exchanges:
            if request.text() == exchange.request.text():
                self.same.add(position)
            reply = exchange.reply
            return Message("raised", [*reply.forms[:2], "other words", "", ""]) if reply.kind == "raised" else reply
        raise Died("nothing more was recorded")

    def end(self) -> dict[str, Any]:
        """Do nothing: there is no process."""
        return {"how": "there is none"}

    def close(self, by_the_grader: bool = False) -> None:
        """Do nothing: there is no process."""

    def _conclude(self, reply: Message) -> Any:
        return self._change(super()._conclude(reply))


def changed(value: Any) -> Any:
    """Return a value with other numbers of about the same size."""
    if isinstance(value, dict):
        return {key: changed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(changed(item) for item in value)
    if is_tensor(value):
        return value + CHANGE * (1 + value.abs()) if value.is_floating_point() or value.is_complex() else value
    if isinstance(value, np.ndarray | np.generic):
        spread = 1 + np.arange(np.size(value)).reshape(np.shape(value)) / max(np.size(value), 1)
        return value + (CHANGE * spread * (1 + np.abs(value))).astype(value.dtype) if value.dtype.kind in "fc" else value
    if isinstance(value, float):
        return value + CHANGE * (1 + abs(value))
    return value + 1 if isinstance(value, int) and not isinstance(value, bool) else value


@contextlib.contextmanager
def _without_expectations(module: ModuleType) -> Iterator[None]:
    """Context in which no expectation of a test file, or of helpers it imports, ends a test."""
    def call(exception: Any, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        with contextlib.suppress(StudentError, Exception):
            function(*args, **kwargs)

    free: dict[Any, Callable[..., Any]] = dict.fromkeys((compare.expect, compare.expect_true, compare.expect_unchanged), _nothing)
    free[compare.expect_raises] = call
    helpers = [other for name, other in list(sys.modules.items()) if name.startswith(f"{stages.__name__}.")]
    with pytest.MonkeyPatch.context() as patch:
        for place in (module, *helpers):
            for name, value in list(vars(place).items()):
                if isinstance(value, FunctionType) and value in free:
                    patch.setattr(place, name, free[value])
        yield


def _nothing(*args: Any, **kwargs: Any) -> None:
    return None
