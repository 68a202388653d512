"""Calls within one test: the same arrays come again with other values, and what was returned stays as it is."""

import numpy as np
import pytest
import torch

from autograder.checks.calls import Caller
from autograder.checks.compare import RETURNED, SHARES, WAS_GIVEN, Mismatch, expect_unchanged
from autograder.checks.student import Student, copied


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
        assert all(name.startswith(SHARES) for name in changed)


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
        assert [changed for _, changed in calls(function, (np.ones(2),), (np.zeros(2),))] == [(), (RETURNED.format(name="f"),)]
    assert [changed for _, changed in calls(lambda value: buffer, (np.ones(2),), (np.zeros(2),))] == [
        (), (SHARES + RETURNED.format(name="f"),)]


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


def messages(module, *many):
    """What is said of calls of the functions of a module, one after the other; "" where nothing is wrong."""
    caller = Caller()
    student = Student(lambda name, args, kwargs: caller.call(name, module[name], copied(args), kwargs), function_of=module.get)
    for name, *args in many:
        getattr(student, name)(*args)
    try:
        expect_unchanged(student, new=True)
    except Mismatch as error:
        return str(error)
    return ""


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_ring_of_buffers_shows_at_the_call_that_comes_round(size):
    """Not before: as many results as there are buffers are as they were."""
    ring, turn = [np.zeros(2) for _ in range(size)], iter(range(10))

    def f(value):
        out = ring[next(turn) % size]
        out[:] = value
        return out

    found = [changed for _, changed in calls(f, *((np.full(2, float(i)),) for i in range(size + 1)))]
    assert found == [()] * size + [(RETURNED.format(name="f"),)]


def test_another_function_that_changes_a_result_is_named_with_its_victim():
    """By the call that did it."""
    handed_out = []

    def backward(value):
        handed_out.append(2 * value)
        return {"W": handed_out[-1]}

    def forward(value):
        for one in handed_out:
            one[:] = 0
        return value + 1

    module = {"backward": backward, "forward": forward}
    assert messages(module, ("backward", np.ones(2)), ("forward", np.ones(3))).startswith(
        "forward(...) changed what backward had returned before:")
    assert messages(module, ("forward", np.ones(3))) == ""


def test_an_argument_that_is_kept_and_changed_later_is_named():
    """Also where the next call has the same values; what is handed in again with new values in it was changed by the caller."""
    kept = []

    def f(value):
        for one in kept:
            if one is not value:
                one[:] = 7
        kept[:] = [value]
        return float(value.sum())

    said = "f(...) changed an array that f had been given before: keep a copy of it, not the caller's own"
    assert messages({"f": f}, ("f", np.ones(2)), ("f", np.ones(3))) == said
    kept.clear()
    assert messages({"f": f}, ("f", np.ones(2)), ("f", np.ones(2))) == said
    kept.clear()
    assert messages({"f": f}, ("f", np.ones(2)), ("f", np.zeros(2))) == ""
    assert calls(lambda value: kept.append(value), (np.ones(2),), (np.ones(3),))[1][1] == ()


def test_a_result_in_the_callers_own_arrays_is_told_where_new_ones_are_asked_for():
    """And only there; an array of the same values is another one."""
    assert calls(lambda params: {"W": params["W"][:1]}, ({"W": np.ones(2)},))[0][1] == (SHARES + "argument 1['W']",)
    assert messages({"step": lambda params: dict(params)}, ("step", {"W": np.ones(2)})).startswith(
        "step(...) returned an array of the caller's, or a part of one")
    assert messages({"step": lambda params: {"W": params["W"] + 0}}, ("step", {"W": np.ones(2)})) == ""


def test_only_functions_that_the_test_called_are_named():
    """What comes from a worker is no more than a claim."""
    student = Student(lambda name, args, kwargs: (1.0, (WAS_GIVEN.format(name="secret_of_the_grader"),)))
    student.f(1.0)
    expect_unchanged(student)


def test_objects_are_called_as_functions_are():
    """The next object of a kind gets the tensors of the last one's call; what an object returned stays as it is."""
    caller, kept, seen = Caller(), torch.zeros(2), []

    def cell(x, state):
        seen.append((id(x), id(state)))
        return kept.copy_(x + state)

    def other(x, state):
        seen.append((id(x), id(state)))
        return x * state

    def call(target, size):
        return caller.call_object("Cell", target, copied((torch.full((2,), size), torch.ones(2))))

    assert call(cell, 1.0) == (kept, ())
    value, changed = call(other, 3.0)
    assert (value.tolist(), changed) == ([3.0, 3.0], ())
    assert call(cell, 5.0)[1] == (RETURNED.format(name="Cell"),)
    assert seen[0] == seen[1] == seen[2]
    assert call(cell, 5.0)[1] == (SHARES + RETURNED.format(name="Cell"),) and not set(seen[3]) & set(seen[0])
    made, changed = caller.call("Cell", lambda: cell, (), {})  # the class of that name is another thing
    assert (made, changed) == (cell, ())
    assert call(other, 7.0)[0].tolist() == [7.0, 7.0] and seen[4] == seen[0]


def test_an_array_that_is_returned_twice_is_told_where_new_ones_are_asked_for():
    """Though nobody has changed it yet; one that the caller cannot change may be shared."""
    kept = np.eye(2)
    module = {"step": lambda value: {"W": kept[:1]}, "other": lambda value: value + 1, "fixed": lambda value: np.zeros(2)}
    assert messages(module, ("step", 1.0), ("other", np.ones(2)), ("step", 2.0)) == (
        "step(...) returned an array that step had returned before: make a new one in each call, for the caller may change what "
        "it got")
    assert messages(module, ("step", 1.0), ("other", np.ones(2)), ("other", np.ones(2))) == ""
    kept.flags.writeable = False
    assert messages(module, ("step", 1.0), ("step", 2.0)) == ""
