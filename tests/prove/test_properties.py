"""What wrong values have to do with right ones is told where every test of the task agrees, and only there."""

from pathlib import Path

import numpy as np
import pytest

from autograder.grade.backends.in_process import InProcessBackend
from autograder.grade.diagnosis.naming import Diagnosis
from autograder.grade.diagnosis.properties import Compared, property_of, steps_of
from autograder.grade.runner import run_suite
from autograder.stages import find_stage

BPTT, VANISHING, GATED = map(find_stage, ("1-bptt", "2-vanishing", "4-gated"))


def told(stage, task, source):
    """What is said of the failed tests of a task, where the source is put on top of the model answers."""
    diagnosis = Diagnosis(stage)
    backend = InProcessBackend(stage, f"{stage.solution.read_text(encoding='utf-8')}\n\n{source}", 0)
    results = run_suite(stage, backend, diagnosis, only=task)
    assert any(result.verdict.outcome == "failed" for result in results)
    return {text for name, text in diagnosis.found.values() if name == ""}, {name for name, _ in diagnosis.found.values() if name}


TOLD = {
    "a factor": (BPTT, "1.3", "_own = dh_dW_x\ndef dh_dW_x(h_t, x_t):\n    return 2.5 * _own(h_t, x_t)\n",
                 "dh_dW_x(...) is the right one times a constant, the same in every test of this task."),
    "a sign": (BPTT, "1.3", "_own = dh_dW_x\ndef dh_dW_x(h_t, x_t):\n    return -_own(h_t, x_t)\n",
               "dh_dW_x(...) has the wrong sign, and nothing else is wrong with it, in every test of this task."),
    "a transpose": (BPTT, "1.4", "_own = dh_dh\ndef dh_dh(h, W_h, t, k):\n    return _own(h, W_h, t, k).T\n",
                    "dh_dh(...) is the transpose of the right one, in every test of this task."),
    "all but the first": (VANISHING, "2.5", "_own = term_norms\ndef term_norms(params, x, y, h, y_hat, t):\n"
                          "    norms = _own(params, x, y, h, y_hat, t)\n    norms[0] *= 1.5\n    return norms\n",
                          "term_norms(...) is right except for its first entry, in every test of this task."),
    "one place late": (VANISHING, "2.5", "_own = term_norms\ndef term_norms(params, x, y, h, y_hat, t):\n"
                       "    norms = _own(params, x, y, h, y_hat, t)\n    return np.concatenate([[0.123], norms[:-1]])\n",
                       "term_norms(...) is one place late in every test of this task: each entry holds what belongs to the one "
                       "before."),
    "one step only": (BPTT, "1.4", "_own = dh_dh\ndef dh_dh(h, W_h, t, k):\n    return _own(h, W_h, t, k) + 0.37 * (t - k)\n",
                      "dh_dh(...) is right over the fewest steps of time that there can be, and wrong over more, in every test "
                      "of this task."),
    "few steps only": (BPTT, "1.6", Path(BPTT.suite, "wrong", "bptt_truncated_after_20.py").read_text(encoding="utf-8"),
                       "each of bptt(...)['W_x'] and bptt(...)['W_h'] and bptt(...)['b'] and bptt(...)['h_0'] is right over few "
                       "steps of time and wrong over many, in every test of this task. Is something cut off, clipped or rounded "
                       "on the way?"),
    "one gradient": (BPTT, "1.6", "_own = bptt\ndef bptt(params, x, y, h, y_hat):\n    grads = _own(params, x, y, h, y_hat)\n"
                     "    return {**grads, 'W_h': 1.7 * grads['W_h']}\n",
                     "bptt(...)['W_h'] is the right one times a constant, the same in every test of this task."),
}


@pytest.mark.parametrize("kind", TOLD)
def test_what_every_test_agrees_on_is_told(kind):
    stage, task, source, sentence = TOLD[kind]
    texts, names = told(stage, task, source)
    assert texts == {sentence} and names == set()


def test_nothing_is_told_twice():
    """A loss with the logarithm to base 10 is a multiple of the right one; its name says all of it."""
    source = "def cross_entropy(y_hat_t, y_t):\n    return -np.log10(y_hat_t[y_t])\n"
    assert told(BPTT, "1.1", source) == (set(), {"cross-entropy-log10"})


REFUTED = {
    "a factor that grows with the size": (BPTT, "1.3", "_own = dh_dW_x\ndef dh_dW_x(h_t, x_t):\n"
                                          "    return len(x_t) * _own(h_t, x_t)\n"),
    "a sign that is wrong for many units only": (BPTT, "1.3", "_own = dh_dW_x\ndef dh_dW_x(h_t, x_t):\n"
                                                 "    return _own(h_t, x_t) * (-1 if len(h_t) > 2 else 1)\n"),
    "a transpose of large ones": (BPTT, "1.4", "_own = dh_dh\ndef dh_dh(h, W_h, t, k):\n"
                                  "    return _own(h, W_h, t, k).T if len(W_h) > 2 else _own(h, W_h, t, k)\n"),
    "a first entry that is wrong in long ones": (VANISHING, "2.5", "_own = term_norms\n"
                                                 "def term_norms(params, x, y, h, y_hat, t):\n"
                                                 "    norms = _own(params, x, y, h, y_hat, t)\n    norms[0] *= 1 + (t > 5)\n"
                                                 "    return norms\n"),
    "one that raises too": (BPTT, "1.3", "_own = dh_dW_x\ndef dh_dW_x(h_t, x_t):\n    if len(h_t) == 4:\n        raise KeyError\n"
                            "    return 2.5 * _own(h_t, x_t)\n"),
    "numbers that are no numbers": (BPTT, "1.3", "def dh_dW_x(h_t, x_t):\n    return 'no'\n"),
}


@pytest.mark.parametrize("kind", REFUTED)
def test_what_another_test_refutes_is_not_told(kind):
    texts, _ = told(*REFUTED[kind])
    assert texts == set()


def test_the_rows_of_one_gate_are_told_for_a_cell():
    """LSTMCell and GRUCell have their rows gate by gate."""
    rng = np.random.default_rng(2)
    right = [{"weight_ih": rng.normal(size=(8, 3)), "bias_ih": rng.normal(size=8)} for _ in range(3)]
    wrong = [{key: value.copy() for key, value in one.items()} for one in right]
    for one in wrong:
        one["weight_ih"][2:4], one["bias_ih"][2:4] = rng.normal(size=(2, 3)), 0
    calls = [Compared(*pair) for pair in zip(wrong, right, strict=True)]
    assert property_of("LSTMCell", calls) == "LSTMCell: only the rows of the forget gate are wrong, in every test of this task."
    wrong[0]["weight_ih"][0] += 1
    assert property_of("LSTMCell", calls) == "" and property_of("unroll", calls) == ""


def test_one_call_is_not_enough_and_neither_are_simple_numbers():
    assert property_of("decay_rate", [Compared(2.0, 1.0)]) == ""
    assert property_of("decay_rate", [Compared(2.0, 1.0), Compared(2.0, 1.0)]) == ""
    assert property_of("can_tell_apart", [Compared(True, False), Compared(True, False)]) == ""
    assert "times a constant" in property_of("decay_rate", [Compared(2 * rate, rate) for rate in (0.3, -0.2, 0.7)])


@pytest.mark.parametrize("named, steps", [({"t": 5, "k": 3}, 2), ({"x": np.zeros((4, 2)), "y": None}, 3),
                                          ({"x": np.zeros((4, 2)), "t": 2}, 1), ({"x": np.zeros(4)}, None), ({}, None)])
def test_steps_of_time_beyond_the_fewest(named, steps):
    assert steps_of(named) == steps


def test_nothing_is_told_of_values_that_are_nearly_right_everywhere():
    """Of errors of a millionth the last may be the only one above a limit, which is no property of it."""
    right = [np.array([0.3, -1.7, 0.9]), np.array([2.1, 0.4, -0.6])]
    for last in (1.5e-6, 1.5e-2):
        calls = [Compared(one * (1 + np.array([9e-7, -8e-7, last])), one) for one in right]
        said = property_of("f", calls)
        assert said == ("" if last < 1e-2 else "f(...) is right except for its last entry, in every test of this task.")
