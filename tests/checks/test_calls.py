"""Calls within one test: the same arrays come again with other values, and what was returned stays as it is."""

import numpy as np
import torch

from autograder.checks.calls import Caller
from autograder.checks.compare import EARLIER_RESULT
from autograder.checks.student import copied


def calls(function, *many):
    """Values and changes of one call after the other, with arguments of a test that keeps its own."""
    caller = Caller()
    return [caller.call("f", function, copied(args), {}) for args in many]


def test_what_is_remembered_by_the_object_is_out_of_date():
    """A second call of the same shapes comes with the arrays and dicts of the first, and with its own values."""
    seen, known = [], {}

    def remembers(params, x):
        seen.append((id(params), id(params["W"]), id(x)))
        return known.setdefault(id(params), params["W"].sum() + x.sum())

    def call(size):
        return {"W": np.full((2, 2), size)}, np.full(3, size)

    first, second = calls(remembers, call(1.0), call(2.0))
    assert seen[0] == seen[1]
    assert (first[0], second[0]) == (7.0, 7.0)
    assert [value for value, _ in calls(lambda params, x: params["W"].sum() + x.sum(), call(1.0), call(2.0))] == [7.0, 14.0]


def test_other_shapes_types_and_keys_come_in_arrays_of_their_own():
    """Values are right whatever came before."""
    many = [(np.arange(3.0),), (np.arange(4.0),), (np.arange(4),), ([np.ones(2)],), ([np.ones(2), np.ones(3)],),
            ({"a": np.ones(1)},), ({"b": np.zeros(1)},), (2,),
            (np.asfortranarray(np.arange(6.0).reshape(2, 3)),), (np.arange(6.0).reshape(2, 3),)]
    for (got,), (value, changed) in zip(many, calls(lambda value: value, *many)):
        assert repr(got) == repr(value)
        assert changed == ()


def test_a_result_that_is_an_argument_is_never_written_over():
    """It need not be a new array."""
    results = [value for value, _ in calls(lambda W: W[:1], (np.ones((2, 2)),), (np.zeros((2, 2)),))]
    assert [value.tolist() for value in results] == [[[1.0, 1.0]], [[0.0, 0.0]]]


def test_a_result_that_a_later_call_changes_is_named():
    """In an array, a tensor, a dict or a list; one that is given twice unchanged is not."""
    buffer, tensor, grads, losses = np.zeros(2), torch.zeros(2), {}, []

    def into_dict(value):
        grads["W"] = value.copy()
        return grads

    def into_list(value):
        losses.append(float(value[0]))
        return losses

    for function in (lambda value: np.copyto(buffer, value) or buffer, lambda value: tensor.copy_(torch.from_numpy(value)),
                     into_dict, into_list):
        assert [changed for _, changed in calls(function, (np.ones(2),), (np.zeros(2),))] == [(), (EARLIER_RESULT,)]
    assert [changed for _, changed in calls(lambda value: buffer, (np.ones(2),), (np.zeros(2),))] == [(), ()]


def test_another_array_in_the_place_of_one_in_a_dict_is_a_change():
    """Be it equal or not; put back it is none."""
    def replaces(params):
        params["W"] = params["W"].copy()

    def puts_back(params):
        own = params["W"]
        params["W"] = own + 1
        params["W"] = own

    assert calls(replaces, ({"W": np.ones(2)},))[0][1] == ("argument 1['W']",)
    assert calls(puts_back, ({"W": np.ones(2)},))[0][1] == ()


def test_an_array_that_stands_twice_in_a_list_is_one():
    """As in a program that hands in the same sequence with two targets."""
    x = np.ones(2)
    assert calls(lambda xs: xs[0] is xs[1], ([x, x],))[0][0] is True
    assert calls(lambda xs: xs[0] is xs[1], ([x, 2 * x],))[0][0] is False
