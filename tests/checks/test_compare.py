"""`expect` and its kin: the first thing wrong is named, with the value in the lecture's symbols."""

import numpy as np
import pytest
import torch

from autograder.checks import Mismatch, expect, expect_raises, expect_true, expect_unchanged
from autograder.checks.compare import undefined
from autograder.checks.student import Student, call_with_copies


def mismatch(got, want, what="h", **tolerance) -> Mismatch:
    """What `expect` raises."""
    with pytest.raises(Mismatch) as caught:
        expect(got, want, what, **tolerance)
    return caught.value


RIGHT = [
    (1.0, 1.0), (np.float64(2.0), 2.0), (np.array(2.0), 2), (np.array([1, 2]), np.array([1.0, 2.0])),
    (np.float32([0.5, 0.25]), np.array([0.5, 0.25])), (None, None), (True, True), (np.bool_(False), False), (1, True),
    (np.array(0), False), ("a", "a"),
    ([1.0, 2.0], (1.0, 2.0)), ({"b": 1, "a": 2}, {"a": 2, "b": 1}),
    (np.array([np.nan, np.inf]), np.array([np.nan, np.inf])),
    (torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.0])), (np.zeros((0, 3)), np.zeros((0, 3))),
    (torch.tensor([1.0], requires_grad=True), torch.tensor([1.0])), (np.array([True]), np.array([True])),
]


@pytest.mark.parametrize("got, want", RIGHT, ids=[str(number) for number in range(len(RIGHT))])
def test_equal_values_pass(got, want):
    """Neither the kind of number, nor the dtype, nor list for tuple matters."""
    expect(got, want, "h")


WRONG = [
    # got, want, aspect, in the message
    (None, np.zeros(3), "none", "is None: the function ended without `return`"),
    (1.0, None, "type", "should be None here"),
    ([1.0, "2"], np.zeros(2), "type", "a list of 2"),
    ([1.0, True], np.zeros(2), "type", "a list of 2"),
    ([1.0, 2.0], np.zeros(2), "value", "2 of 2 entries are off"),
    (np.zeros(()), (1.0, 2.0), "type", "a number"),
    ("0.5", 0.5, "type", "a str"),
    (True, 1.0, "type", "the truth value True"),
    (np.array(["a", "b"]), np.zeros(2), "type", "an array of texts"),
    (np.array([True, False]), np.array([1.0, 0.0]), "type", "an array of truth values"),
    (np.array([1.0, None]), np.zeros(2), "type", "an array of objects"),
    (2, True, "type", "should be True"),
    (1.0, True, "type", "should be True"),
    (False, True, "value", "should be True"),
    ("left", "right", "value", "'left'"),
    (np.ones(2), torch.zeros(2), "value", "has the wrong value"),
    (torch.zeros(2, 3), torch.zeros(3, 2), "shape", "(2, 3)"),
    (np.zeros((3, 1)), np.zeros(3), "shape", "(3, 1)"),
    (0.0, np.zeros(3), "shape", "() (a number)"),
    (np.zeros(1), 0.0, "shape", "() (a number)"),
    ((1.0, 2.0), (1.0, 2.0, 3.0), "shape", "a tuple of 2"),
    ({"a": 1}, {"a": 1, "b": 2}, "shape", "lacks the key 'b'"),
    ({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 2}, "shape", "has 1 key too many"),
    ([1, 2], {"a": 1}, "type", "a dict with the keys 'a'"),
    (np.array([0.0, np.nan]), np.zeros(2), "finite", "h[1] is not finite"),
    (np.array([np.inf]), np.zeros(1), "finite", "inf"),
    (np.array([0.0]), np.array([np.inf]), "value", "has the wrong value"),
    (1.0 + 1e-6, 1.0, "value", "h has the wrong value"),
]


@pytest.mark.parametrize("got, want, aspect, words", WRONG, ids=[f"{n}-{row[2]}" for n, row in enumerate(WRONG)])
def test_the_first_thing_wrong_is_named(got, want, aspect, words):
    """None, type, shape, finite, value: each has its own aspect and its own sentence."""
    error = mismatch(got, want)
    assert error.aspect == aspect
    assert words in str(error)


def test_a_wrong_value_has_its_first_bad_index_and_both_numbers():
    """The index, the count, what came and what should have."""
    got = np.arange(12.0).reshape(3, 4)
    want = got.copy()
    want[1, 2], want[2, 0] = -6.0, -8.0
    error = mismatch(got, want, "dL_dW_x")
    assert error.index == (1, 2)
    assert str(error) == ("dL_dW_x[1, 2] has the wrong value (2 of 12 entries are off): all that is wrong is at index 1, 2 "
                          "of the first axis\n  got       6\n  expected  -6")


@pytest.mark.parametrize("got, want", [
    (np.array([[0.25, 0.0], [0.0, 0.25]]), np.array([[0.25, 1e-14], [1e-14, 0.25]])),
    (np.array([1.0, 0.0]), np.array([1.0, 1e-36])),
    (np.array([1.0, 1.8e-22]), np.array([1.0, 9.1e-24])),
    (np.array([-1.0, 1e-20]), np.array([1.0, 1e-20 + 1e-25])),
])
def test_what_is_said_of_a_wrong_array_holds_for_its_small_entries_too(got, want):
    """A transpose, a sign or a factor that the entries shown do not have is not told."""
    with pytest.raises(Mismatch) as caught:
        expect(got, want, "dyhat_dz", atol=0)
    assert not any(word in str(caught.value) for word in ("transpose", "sign", "times"))


def test_a_number_has_no_index():
    """A scalar is named without brackets."""
    error = mismatch(3.0, 4.0, "L_t")
    assert error.index == ()
    assert str(error) == "L_t has the wrong value\n  got       3\n  expected  4"


def test_an_infinite_entry_is_told_before_a_wrong_one():
    """`finite` comes before `value`, wherever the entries lie."""
    error = mismatch(np.array([5.0, 1.0, np.nan]), np.array([0.0, 1.0, 2.0]))
    assert (error.aspect, error.index) == ("finite", (2,))


def test_the_shape_is_told_before_the_values():
    """A transposed matrix is a matter of shape, even if it holds NaN."""
    assert mismatch(np.full((2, 3), np.nan), np.zeros((3, 2))).aspect == "shape"


def test_items_of_a_tuple_go_by_their_names():
    """`forward` gives (h, z, y_hat): the one that is wrong is named."""
    good = (np.zeros(2), np.ones(2), np.ones(2))
    bad = (np.zeros(2), np.ones(2), np.array([1.0, 7.0]))
    error = mismatch(bad, good, ("h", "z", "y_hat"))
    assert str(error).startswith("y_hat[1] has the wrong value")
    assert str(mismatch(3.0, good, ("h", "z", "y_hat"))).startswith("(h, z, y_hat) is of the wrong type")
    assert str(mismatch([1.0, 2.0], (1.0, 3.0), "pair")).startswith("pair[1] has the wrong value")


def test_entries_of_a_dict_go_by_their_keys():
    """A wrong gradient is named by the parameter it belongs to."""
    error = mismatch({"W_h": np.zeros((2, 2)), "b": np.zeros(3)}, {"W_h": np.zeros((2, 2)), "b": np.zeros(2)}, "grads")
    assert str(error).splitlines()[0] == "grads['b'] has the wrong shape"


def test_a_tensor_is_compared_by_value():
    """Tensors need not be detached, and their first bad entry is found."""
    got = torch.tensor([[1.0, 2.0], [3.0, 5.0]], requires_grad=True)
    assert mismatch(got, torch.tensor([[1.0, 2.0], [3.0, 4.0]])).index == (1, 1)


def test_tolerances_are_relative_and_absolute():
    """|got - want| <= atol + rtol |want|."""
    expect(100.0 + 9e-4, 100.0, "h", rtol=1e-5, atol=0.0)
    assert mismatch(100.0 + 2e-3, 100.0, rtol=1e-5, atol=0.0).aspect == "value"
    expect(1e-7, 0.0, "h", rtol=0.0, atol=1e-6)
    assert mismatch(1e-5, 0.0, rtol=0.0, atol=1e-6).aspect == "value"


def test_expect_true_takes_a_truth_value_only():
    """An array, a number or a text that happens to be true is no property that holds."""
    expect_true(True, "h_0 is kept")
    expect_true(np.bool_(True), "h_0 is kept")
    for value in (False, np.bool_(False), 2, 1.0, "yes", np.array([True]), None):
        with pytest.raises(Mismatch, match="h_0 is kept"):
            expect_true(value, "h_0 is kept")


def raising(error):
    """A function that raises."""
    def dh_dh(*args):
        raise error
    return dh_dh


def test_expect_raises_passes_on_the_right_exception():
    """The exception asked for, or one derived from it."""
    expect_raises(ValueError, raising(ValueError("k > t")), 1)
    expect_raises(LookupError, raising(KeyError("k")), 1)


def test_expect_raises_tells_another_exception_and_none():
    """Both are wrong answers, told as such."""
    with pytest.raises(Mismatch, match=r"dh_dh\(\.\.\.\) raised the wrong exception") as caught:
        expect_raises(ValueError, raising(IndexError("out of range")), 1)
    assert "got       IndexError: out of range" in str(caught.value)
    with pytest.raises(Mismatch, match="should raise ValueError for this argument") as caught:
        expect_raises(ValueError, lambda: np.zeros(3))
    assert "it returned an array of shape (3,)" in str(caught.value)


@pytest.mark.parametrize("asked", [ValueError, RuntimeError, Exception], ids=lambda kind: kind.__name__)
def test_expect_raises_lets_a_stub_through(asked):
    """A stub counts as not yet written, also where NotImplementedError is a kind of what is asked for."""
    with pytest.raises(NotImplementedError, match=r"Task 1\.4"):
        expect_raises(asked, raising(NotImplementedError("Task 1.4: dh_dh is yours to write")), 1)


def student_of(function) -> Student:
    """A student whose every function is this one."""
    return Student(lambda name, args, kwargs: call_with_copies(function, args, kwargs))


def test_expect_unchanged_names_what_was_changed():
    """An argument changed in place is named, also deep inside a dict."""
    def forward(params, x):
        params["W_h"][0, 0] = 9.0
        return x

    student = student_of(forward)
    student.forward({"W_h": np.zeros((2, 2)), "b": np.zeros(2)}, np.ones(3))
    with pytest.raises(Mismatch, match=r"forward\(\.\.\.\) changed argument 1\['W_h'\] in place"):
        expect_unchanged(student)


def test_expect_unchanged_passes_where_copies_are_changed():
    """A student may do with a copy what they like."""
    student = student_of(lambda x: np.sort(x.copy()))
    student.sort(np.array([2.0, 1.0]))
    expect_unchanged(student)


@pytest.mark.parametrize("text, is_told", [("def softm\u0430x(z):\n    return z\n", True), ("softmax\u0430 = 1\n", False),
                                           ("def softmux(z):\n    return z\n", False), ("", False)])
def test_a_name_in_other_letters_is_told(text, is_told):
    """A Cyrillic a is seen by nobody; a hidden test tells nothing of the file."""
    error = undefined("softmax", "bptt.py", text.encode())
    told = "; a name that looks like it has letters from outside A to Z: type it again"
    assert str(error) == f"softmax is not defined in bptt.py{f'{told} (CYRILLIC SMALL LETTER A)' if is_told else ''}"
    assert error.brief == f"softmax is not defined in bptt.py{told if is_told else ''}"
