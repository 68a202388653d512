"""A message agrees with itself: what it says is wrong can be seen in the numbers and names it shows."""

import numpy as np
import pytest
import torch

from autograder.checks import Mismatch, expect, expect_raises, expect_unchanged
from autograder.checks.axes import Canvas
from autograder.checks.compare import factor_text, told
from autograder.checks.student import Student, call_with_copies, parameter_names
from autograder.errors import Died, LimitExceeded, Raised
from autograder.stages.vanishing import public as vanishing


def said(function, *args, **kwargs) -> str:
    """The whole message of the Mismatch that a function raises."""
    with pytest.raises(Mismatch) as caught:
        function(*args, **kwargs)
    return f"{caught.value}\n{caught.value.brief}"


@pytest.mark.parametrize("got, want", [(1.0 + 1e-12, 1.0), (np.array([0.3, 0.3 + 1e-12]), np.array([0.3, 0.3])),
                                       (torch.tensor(0.1, dtype=torch.float64) + 1e-13, 0.1)], ids=["number", "array", "tensor"])
def test_two_numbers_that_differ_are_shown_to_differ(got, want):
    text = said(expect, got, want, "L_t", rtol=1e-14, atol=0)
    shown = dict(line.split(maxsplit=1) for line in text.splitlines() if line.startswith(("  got", "  expected")))
    assert shown["got"] != shown["expected"]


@pytest.mark.parametrize("factor, text", [(1 + 2e-8, "1 + 2e-08"), (0.999, "1 - 0.001"), (2.0, "2"), (-1.5, "-1.5"),
                                          (1.04, "1 + 0.04"), (1.0625, "1.062")])
def test_a_factor_that_is_not_1_does_not_read_as_1(factor, text):
    assert factor_text(factor) == text


def test_a_factor_near_1_is_told_of_a_public_and_of_a_hidden_test():
    right = np.array([0.5, 2.0, 3.0])
    text = said(expect, right * 1.00001, right, "h")
    assert "1 + 1e-05 times the right one" in text
    flow = said(vanishing.expect_flow, right * 0.999, right, "norms")
    assert flow.count("off by the same factor at every lag: 1 - 0.001") == 2


def test_none_is_no_forgotten_return_where_it_is_a_value():
    assert "ended without `return`" in said(expect, None, 3, "lag")
    text = said(expect, None, 3, "lag", or_none=True)
    assert "return" not in text and "expected  3" in text
    assert "return" not in said(expect, [3, None], [3, 4], ["one", "two"], or_none=True)


def test_a_tensor_that_is_not_a_number_is_told_as_what_it_is():
    """Losses as tensors of one entry: the shape is wrong, and both shapes are shown."""
    expect([torch.tensor(0.5), torch.tensor(2.0)], [0.5, 2.0], "losses")
    text = said(expect, [torch.tensor([0.5])], [0.5], "losses")
    assert "losses[0] has the wrong shape" in text and "(1,)" in text and "() (a number)" in text


@pytest.mark.parametrize("error, text", [(ValueError("k > t"), "ValueError: k > t"), (ValueError(), "ValueError"),
                                         (Raised("an exception of its own", ""), "an exception of its own"),
                                         (Raised("BadStep", "k"), "BadStep: k")])
def test_an_exception_without_a_text_ends_without_a_colon(error, text):
    assert told(error) == text


def test_a_wrong_exception_of_the_students_own_is_a_wrong_answer_and_a_limit_is_not():
    def raising(error):
        def dh_dh(*args):
            raise error
        return dh_dh

    for error in (KeyError("k"), Raised("BadStep", "k")):
        text = said(expect_raises, ValueError, raising(error), 1)
        assert "raised the wrong exception" in text and ("KeyError: 'k'" in text or "BadStep: k" in text)
    for error in (Died("exit status 1"), LimitExceeded("cpu", "too slow")):
        with pytest.raises(type(error)):
            expect_raises(ValueError, raising(error), 1)


def test_what_was_changed_is_told_by_the_name_of_the_parameter():
    def bptt(params, x, y, h, y_hat):
        y_hat[0] = params["b"][0] = 1

    def call(name, args, kwargs):
        return call_with_copies(bptt, args, kwargs)

    arguments = ({"b": np.zeros(1)}, np.ones(2), np.ones(2), np.ones(2), np.zeros(2))
    student = Student(call, function_of={"bptt": bptt}.get)
    student.bptt(*arguments)
    assert "bptt(...) changed params['b'] and y_hat in place" in said(expect_unchanged, student)
    student = Student(call, function_of={"bptt": bptt}.get)
    student.bptt(*arguments[:4], y_hat=arguments[4])
    assert "changed params['b'] and y_hat in place" in said(expect_unchanged, student)
    unknown = Student(call)
    unknown.bptt(*arguments)
    assert "argument 5" in said(expect_unchanged, unknown)


def test_parameters_of_a_module_are_those_of_its_forward():
    class RNNCell:
        def forward(self, x, state, *more):
            """Not run."""

    assert parameter_names(RNNCell, "__call__") == ["x", "state"]
    assert parameter_names(RNNCell, "state_dict") == [] and parameter_names(None) == []


def test_an_axes_with_something_on_it_is_not_called_empty():
    canvas = Canvas()
    norms = np.array([1e-3, 0.1])
    for draw in (lambda ax: ax.scatter([1, 2], norms), lambda ax: ax.vlines([1, 2], 1e-4, norms),
                 lambda ax: ax.bar([1, 2], norms), lambda ax: ax.fill_between([1, 2], norms)):
        ax = canvas.axes()
        draw(ax)
        assert "empty" not in said(vanishing.expect_log_axis, canvas.read(ax))


def test_what_is_cut_off_has_vanished_only_where_little_is_expected():
    """A gradient of 39.5 at the lag where 0 came back is no vanishing one."""
    wants = np.array([40.0, 39.5, 1.0])
    assert "is exactly 0 at lag 1. Nothing has vanished there" in said(vanishing.expect_flow, [0.0, 0.0, 1.0], wants, "norms")
    wants = np.array([1e-28, 1e-14, 1.0])
    assert "tiny there, and not 0" in said(vanishing.expect_flow, [0.0, 1e-14, 1.0], wants, "norms")
