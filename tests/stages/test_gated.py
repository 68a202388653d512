"""A plain recurrent cell that is called LSTM, or GRU, and has its parameters, does not pass for one."""

import importlib
import io
from pathlib import Path

import pytest
import torch

from autograder.checks.layout import expose_handout_modules
from autograder.grade.backends.sandboxed import SandboxBackend
from autograder.grade.runner import run_suite
from autograder.sandbox.client.sandbox import Sandbox
from autograder.stages import find_stage

STAGE = find_stage("4-gated")
SOLUTION = STAGE.solution.read_text(encoding="utf-8")
# Plain models trained as `spread.py` does.
BEST = {name: STAGE.suite / "checkpoints" / f"{name}_rnn.pt" for name in ("tickets", "agreement")}
# Equation (1) by the first H rows of the parameters; the others, and the LSTM's cell, are carried along unused.
IMPOSTOR = '''

def _plain(cell, x, h):
    rows = slice(0, cell.hidden_size)
    return torch.tanh(x @ cell.weight_ih[rows].T + cell.bias_ih[rows] + h @ cell.weight_hh[rows].T + cell.bias_hh[rows])


class LSTMCell(LSTMCell):
    def forward(self, x, state):
        return _plain(self, x, state[0]), state[1]


class GRUCell(GRUCell):
    def forward(self, x, state):
        return _plain(self, x, state)
'''


@pytest.fixture(scope="module")
def sandbox():
    """A sandbox for stage 4."""
    made = Sandbox(preload=STAGE.info.preload)
    made.start()
    yield made
    made.close()


def padded(file: Path, gates: int) -> bytes:
    """A plain model's weights in the shapes of a cell with `gates` matrices."""
    state = torch.load(file, weights_only=True)
    for key in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        plain = state[f"cell.{key}"]
        state[f"cell.{key}"] = torch.cat([plain, *[torch.zeros_like(plain)] * (gates - 1)])
    stream = io.BytesIO()
    torch.save(state, stream)
    return stream.getvalue()


@pytest.mark.parametrize("name, task", [("tickets", "4.6"), ("agreement", "4.7")])
def test_a_plain_cell_does_not_pass_for_a_gated_one(sandbox, name, task):
    """As the plain model that it is, it gets its points."""
    code = {STAGE.info.file: f"{SOLUTION}{IMPOSTOR}".encode()}
    weights = {f"{name}_{cell}.pt": padded(BEST[name], gates) for cell, gates in (("rnn", 1), ("lstm", 4), ("gru", 3))}
    backend = SandboxBackend(STAGE, sandbox, code | weights, 1)
    try:
        found = {result.verdict.test: result.verdict for result in run_suite(STAGE, backend, visibilities=("hidden",), only=task)}
    finally:
        backend.close()
    trained = {test: verdict for test, verdict in found.items() if test.startswith("test_trained_")}
    assert len(trained) == 3
    for test, verdict in trained.items():
        if "rnn" in test:
            assert verdict.outcome == "passed", verdict.message
        else:
            words = "of the blanks rightly" if name == "tickets" else "for each other"
            assert verdict.outcome == "failed" and words in verdict.message.splitlines()[0]


def test_logits_that_are_no_numbers_count_as_wrong():
    """A model that answers NaN to the sentences it is measured by follows no subject."""
    expose_handout_modules(STAGE.suite, STAGE.info)
    hidden = importlib.import_module("autograder.stages.gated.hidden")
    size = len(importlib.import_module("data").Vocabulary.load("agreement"))

    def silent(words):
        return torch.full((*words.shape, size), torch.nan)

    assert hidden.confusion(silent, True) == hidden.confusion(silent, False) == 1


def test_trained_models_are_judged_on_enough_of_every_kind():
    """At least a hundred stories, and as many sentences with attractors and without; the two numbers in equal shares."""
    expose_handout_modules(STAGE.suite, STAGE.info)
    hidden = importlib.import_module("autograder.stages.gated.hidden")
    assert len(hidden.far_stories()) >= 100
    for with_attractors, counts in ((True, {1, 2, 3, 4}), (False, {0})):
        items = hidden.agreement_sentences(with_attractors)
        assert len(items) >= 100 and {item["attractors"] for item in items} == counts
        assert sum(item["plural"] for item in items) * 2 == len(items)


def test_no_rule_without_memory_or_syntax_passes_for_a_trained_model():
    """And a rule that does what is asked would: the gate can tell."""
    trivial = importlib.import_module("autograder.stages.gated.trivial")
    assert trivial.passed()[0] == []
    report = importlib.import_module("longrange.report")
    report.agreement_rules()["the subject's number"] = lambda row: True
    try:
        found, _ = trivial.passed()
    finally:
        del report.agreement_rules()["the subject's number"]
    assert {problem.split(" passes ")[1] for problem in found} == {
        "test_trained_lstm_follows_the_subject", "test_trained_gru_follows_the_subject"}
