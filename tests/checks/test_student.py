"""The student's module as tests see it: calls are remembered, arguments protected, the libraries' state put back."""

import random

import matplotlib as mpl
import numpy as np
import pytest
import torch

from autograder.checks.state import reset_state
from autograder.checks.student import FreshModule, Student, call_with_copies, describe_call, student_trace


def student_of(**functions) -> Student:
    """A student with these functions."""
    return Student(lambda name, args, kwargs: call_with_copies(functions[name], args, kwargs))


def test_a_call_is_remembered_with_what_went_in_and_came_out():
    """Name, arguments, value and the text a reader sees."""
    student = student_of(softmax=lambda z: z / 2)
    value = student.softmax(np.array([2.0, 4.0]))
    (call,) = student.calls
    assert call.name == "softmax"
    assert call.text == "softmax([2., 4.])"
    assert call.error is None
    np.testing.assert_array_equal(call.args[0], [2.0, 4.0])
    np.testing.assert_array_equal(call.value, value)


def test_an_exception_is_remembered_and_goes_on():
    """The call that failed is the last one, with its exception."""
    student = student_of(bptt=lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        student.bptt()
    assert isinstance(student.calls[-1].error, ZeroDivisionError)


def test_arguments_of_the_test_are_never_the_students_to_change():
    """What a function changes in place is a copy; the test's own arrays stay as they are."""
    def forward(params, x, h_0):
        params["b"] += 1
        x.sort()
        h_0[0] = 5
        return x

    params, x, h_0 = {"b": np.zeros(2)}, np.array([2.0, 1.0]), torch.zeros(2)
    student = student_of(forward=forward)
    student.forward(params, x, h_0=h_0)
    assert params["b"].tolist() == [0, 0] and x.tolist() == [2, 1] and h_0.tolist() == [0, 0]
    assert student.calls[0].changed == ("argument 1['b']", "argument 2", "argument 'h_0'")


@pytest.mark.parametrize("change, name", [
    (lambda v: v.__setitem__("c", 1), "argument 1"),
    (lambda v: v.pop("a"), "argument 1"),
    (lambda v: v["a"].append(3), "argument 1['a']"),
    (lambda v: v["a"].__setitem__(1, 7), "argument 1['a'][1]"),
    (lambda v: v["b"].__setitem__(0, np.nan), "argument 1['b']"),
], ids=["new key", "key gone", "longer list", "other item", "nan"])
def test_every_kind_of_change_is_seen(change, name):
    """Containers count as much as arrays."""
    def function(value):
        change(value)

    student = student_of(function=function)
    student.function({"a": [1, 2], "b": np.zeros(2)})
    assert student.calls[0].changed == (name,)


def test_nothing_is_called_changed_that_is_the_same():
    """NaN equals itself here, strided arrays are compared by what they hold."""
    student = student_of(function=lambda x, y: x.sum())
    student.function(np.array([np.nan, 1.0]), np.arange(12.0).reshape(3, 4).T[::2])
    assert student.calls[0].changed == ()


def test_dunder_names_are_no_functions_of_the_student():
    """Copying or inspecting the proxy calls nothing."""
    student = student_of()
    assert not hasattr(student, "__wrapped__")
    assert student.calls == []


def test_a_torch_module_comes_back_as_plain_values():
    """A module's outputs carry no history, and each call of it is remembered."""
    student = student_of(cell=lambda: torch.nn.Linear(3, 2, bias=False))
    cell = student.cell()
    out = cell(torch.ones(3))
    assert not out.requires_grad
    assert cell.state_dict().keys() == {"weight"}
    cell.load_state_dict({"weight": torch.zeros(2, 3)})
    assert cell(torch.ones(3)).tolist() == [0.0, 0.0]
    assert [call.method for call in student.calls] == ["", "__call__", "state_dict", "load_state_dict", "__call__"]
    assert student.calls[1].text == "cell()([1, 1, 1] of shape (3,))"


@pytest.mark.parametrize("args, kwargs, text", [
    ((np.array([0.5, 0.25]), 1), {}, "f([0.5 , 0.25], 1)"),
    ((np.zeros((3, 4)),), {"eps": 1e-5}, "f(array (3, 4), eps=1e-05)"),
    (({"W_h": np.zeros((2, 2)), "b": np.zeros(2)},), {}, "f({W_h: array (2, 2), b: [0., 0.]})"),
    (([1, 2, 3, 4, 5],), {}, "f(list of 5)"),
    (((1, "a"), None), {}, "f((1, 'a'), None)"),
    ((torch.zeros(2, 3),), {}, "f(tensor (2, 3))"),
    ((np.tanh, len), {}, "f(tanh, len)"),
    ((lambda x: x,), {}, "f(lambda)"),
], ids=range(8))
def test_a_call_is_described_in_one_line(args, kwargs, text):
    """Small values are spelled out, large ones go by their shapes."""
    assert describe_call("f", args, kwargs) == text


def test_reset_state_puts_back_what_student_code_may_change():
    """Generators, error handling, torch's defaults, Matplotlib's settings."""
    reset_state(7)
    first = random.random(), np.random.random(), float(torch.rand(()))
    np.seterr(all="raise")
    torch.set_default_dtype(torch.float64)
    torch.set_default_device("meta")
    torch.set_grad_enabled(False)
    mpl.rcParams["lines.linewidth"] = 99
    reset_state(7)
    assert (random.random(), np.random.random(), float(torch.rand(()))) == first
    assert np.geterr() == {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
    assert torch.get_default_dtype() is torch.float32
    assert torch.is_grad_enabled()
    assert torch.zeros(()).device.type == "cpu"
    assert torch._C._len_torch_function_stack() == 0, "a default device that is set costs time at each call of torch"
    assert mpl.rcParams["lines.linewidth"] == mpl.rcParamsDefault["lines.linewidth"]
    reset_state(8)
    assert random.random() != first[0]


def test_reset_state_is_torchs_own_seed():
    """Who calls torch.manual_seed with the same number meets the same random numbers."""
    reset_state(7)
    mine = torch.rand(3)
    torch.manual_seed(7)
    assert torch.equal(mine, torch.rand(3))


def test_a_trace_has_frames_of_the_students_files_only(tmp_path):
    """Neither the caller's frames nor the library's are shown."""
    file = tmp_path / "mine.py"
    file.write_text("import numpy as np\n\ndef inner(x):\n    return np.linalg.inv(x)\n\n"
                    "def outer(x):\n    return inner(x)\n")
    module = FreshModule(file)
    module.load()
    with pytest.raises(np.linalg.LinAlgError) as caught:
        module.module.outer(np.zeros((2, 2)))
    assert student_trace(caught.value, tmp_path) == ("  mine.py, line 7, in outer: return inner(x)\n"
                                                     "  mine.py, line 4, in inner: return np.linalg.inv(x)")
