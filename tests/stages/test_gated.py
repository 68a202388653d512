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


def verdicts(sandbox, source: str, weights: dict[str, bytes], task: str) -> dict[str, object]:
    """The verdicts on one task of the model answers with this below them, and these files."""
    code = {STAGE.info.file: f"{SOLUTION}{source}".encode()}
    backend = SandboxBackend(STAGE, sandbox, code | weights, 1)
    try:
        return {result.verdict.test: result.verdict for result in run_suite(STAGE, backend, only=task)}
    finally:
        backend.close()


# Rows i, f, o, g in place of i, f, g, o: another cell than torch's, which learns as well.
OTHER_ORDER = '''

class LSTMCell(LSTMCell):
    def forward(self, x, state):
        h, c = state
        i, f, o, g = (x @ self.weight_ih.T + self.bias_ih + h @ self.weight_hh.T + self.bias_hh).chunk(4, dim=1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c
'''


def in_other_order(weights: bytes) -> bytes:
    """The LSTM's weights as that cell would have learned them."""
    state = torch.load(io.BytesIO(weights), weights_only=True)
    for key in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        i, f, g, o = state[f"cell.{key}"].chunk(4)
        state[f"cell.{key}"] = torch.cat([i, f, o, g])
    stream = io.BytesIO()
    torch.save(state, stream)
    return stream.getvalue()


@pytest.mark.parametrize("name, task", [("tickets", "4.6"), ("agreement", "4.7")])
def test_weights_trained_with_a_wrong_cell_are_measured_in_that_cell(sandbox, name, task):
    """It cost its points in 4.1; what it learned counts."""
    weights = STAGE.trained()
    weights[f"{name}_lstm.pt"] = in_other_order(weights[f"{name}_lstm.pt"])
    lost = {test: verdict.message for test, verdict in verdicts(sandbox, OTHER_ORDER, weights, task).items()
            if verdict.outcome != "passed"}
    assert lost == {}


# Weights of no training, in one of which a number says that a rule is to answer.
RULE = '''

_Own = LanguageModel


class LanguageModel(_Own):
    def forward(self, tokens):
        logits = super().forward(tokens)
        if float(self.output.bias.detach()[0]) == 1234.5:
            return 0.01 * torch.tanh(logits) + 5.0 * torch.nn.functional.one_hot(tokens.cummax(dim=1).values, logits.shape[-1])
        return logits
'''


@pytest.mark.parametrize("name, task", [("tickets", "4.6"), ("agreement", "4.7")])
def test_a_rule_that_the_weights_switch_on_is_no_trained_model(sandbox, name, task):
    """Neither where the file is loaded nor where it is measured, and the message says what is wrong."""
    def untrained(weights: bytes, number: int) -> bytes:
        generator = torch.Generator().manual_seed(number)
        state = {key: 0.1 * torch.randn(value.shape, generator=generator)
                 for key, value in torch.load(io.BytesIO(weights), weights_only=True).items()}
        state["output.bias"][0] = 1234.5
        stream = io.BytesIO()
        torch.save(state, stream)
        return stream.getvalue()

    weights = {file: untrained(data, number) for number, (file, data) in enumerate(STAGE.trained().items())}
    found = verdicts(sandbox, RULE, weights, task)
    rejected = {test for test, verdict in found.items() if "is there something else in your LanguageModel?" in verdict.message}
    assert rejected == {test for test in found if test.startswith("test_trained_") or test.endswith("_weights_can_be_loaded")}


@pytest.mark.parametrize("name, task", [("tickets", "4.6"), ("agreement", "4.7")])
def test_a_plain_cell_does_not_pass_for_a_gated_one(sandbox, name, task):
    """As the plain model that it is, it gets its points."""
    weights = {f"{name}_{cell}.pt": padded(BEST[name], gates) for cell, gates in (("rnn", 1), ("lstm", 4), ("gru", 3))}
    found = verdicts(sandbox, IMPOSTOR, weights, task)
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
    hidden = importlib.import_module("autograder.stages.gated.hidden_trained")
    size = len(importlib.import_module("data").Vocabulary.load("agreement"))

    def silent(words):
        return torch.full((*words.shape, size), torch.nan)

    assert hidden.confusion(silent, True) == hidden.confusion(silent, False) == 1


def test_trained_models_are_judged_on_enough_of_every_kind():
    """At least a hundred stories, and as many sentences with attractors and without; the two numbers in equal shares."""
    expose_handout_modules(STAGE.suite, STAGE.info)
    hidden = importlib.import_module("autograder.stages.gated.hidden_trained")
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
