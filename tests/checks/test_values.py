"""What may cross, and as what: right numbers are right in whatever container, and the rest is told in a student's words."""

import array
import collections
import decimal
import fractions
import types

import numpy as np
import pytest
import torch

from autograder.checks.values import (
    BadArgument,
    Other,
    check_arguments,
    first_other,
    is_number,
    plain,
    plain_arguments,
    words_for,
)


class Name(str):
    """A str of the student's own."""


class Half(float):
    """A float of the student's own."""


class Named(np.ndarray):
    """An array of the student's own."""


Run = collections.namedtuple("Run", "h z")
ONE_TWO = np.array([1.0, 2.0])
ARRAYS = [
    ONE_TWO.view(np.matrix), np.ma.array(ONE_TWO), np.ma.array(ONE_TWO, mask=False), ONE_TWO.view(Named), ONE_TWO.astype(">f8"),
    ONE_TWO.astype(np.longdouble), ONE_TWO.astype(object), np.array([fractions.Fraction(1), decimal.Decimal(2)], dtype=object),
    np.asfortranarray(ONE_TWO), ONE_TWO.astype(np.clongdouble),
]


@pytest.mark.parametrize("value", ARRAYS, ids=[str(number) for number in range(len(ARRAYS))])
def test_numbers_in_any_array_are_an_array_of_numpys_own(value):
    found = plain(value)
    assert type(found) is np.ndarray and found.dtype.kind in "fc" and found.dtype.isnative
    np.testing.assert_array_equal(found.ravel(), ONE_TWO)


@pytest.mark.parametrize("value, found", [
    (Name("W_x"), "W_x"), (Half(0.5), 0.5), (fractions.Fraction(1, 4), 0.25), (decimal.Decimal("0.25"), 0.25),
    (np.float64(2), 2.0), (np.longdouble(2), 2.0), (np.bool_(True), True), (True, True), (None, None),
    (Run(1, 2), (1, 2)), (range(3), [0, 1, 2]), (array.array("d", [1, 2]), [1, 2]),
    (collections.deque([1]), [1]), (collections.UserList([1]), [1]), ({1: 2}.keys(), [1]), ({1: 2}.values(), [2]),
    (collections.OrderedDict(a=1), {"a": 1}), (types.MappingProxyType({"a": 1}), {"a": 1}), (collections.UserDict(a=1), {"a": 1}),
    ({Name("b"): Half(1)}, {"b": 1.0}), ({np.int64(3): 1}, {3: 1}), ({np.float64(0.5): 1}, {0.5: 1}),
    (collections.Counter("a"), {"a": 1}),
])
def test_a_value_is_what_it_is_and_not_of_which_class(value, found):
    got = plain(value)
    assert got == found and type(got).__module__ in ("builtins", "numpy")
    assert all(type(key) in (str, int, float) for key in got) if isinstance(got, dict) else True


@pytest.mark.parametrize("value, words", [
    ((x for x in [1]), "a generator"), ({1, 2}, "a set"), (b"12", "a bytes"), (map(abs, [1]), "a map"), (zip([1]), "a zip"),
    (len, "a function"), (lambda: 1, "a function"), (Half, "the class Half"), (object(), "an object"),
    (np.ma.array(ONE_TWO, mask=[True, False]), "a masked array with masked entries"), (np.array(["a"]), "an array of texts"),
    (np.array([None, 1.0]), "an array of objects"), (np.array(["2020"], dtype="M8[Y]"), "an array of dates"),
    (np.random.default_rng(), "an object of the class Generator"),
])
def test_what_is_no_value_is_told_in_words(value, words):
    assert plain(value) == Other(words)
    assert first_other(plain([1, {"a": (value,)}])) == Other(words)


@pytest.mark.parametrize("tensor, kind", [
    (torch.nn.Parameter(torch.ones(2)), torch.float32), (torch.ones(2).bfloat16(), torch.float32),
    (torch.ones(2).half(), torch.float16), (torch.eye(2).to_sparse(), torch.float32),
    (torch.ones(2, dtype=torch.complex64).conj(), torch.complex64),
    (torch.ones(2, dtype=torch.complex64).conj().imag, torch.float32),
])
def test_a_tensor_is_a_dense_one_of_torchs_own(tensor, kind):
    found = plain(tensor)
    assert type(found) is torch.Tensor and found.layout is torch.strided and found.dtype is kind
    assert found.requires_grad == tensor.requires_grad and not found.is_conj() and not found.is_neg()


def test_what_is_too_deep_or_too_long_is_not_looked_at():
    deep = []
    for _ in range(40):
        deep = [deep]
    assert first_other(plain(deep)) == Other("a value that is nested too deep")
    assert plain([0] * 100_000) == [0] * 100_000
    assert plain([0] * 100_001) == Other("a list of more than 100000 items")


def doubled(pair, start=0.0):
    """A value of 2^31 items in a few bytes: each level holds the one below twice."""
    for _ in range(31):
        start = pair(start)
    return start


class Endless(collections.abc.Sequence):
    """Says that it has one item, and has no end."""

    def __len__(self):
        return 1

    def __getitem__(self, number):
        return 0.0


def in_an_array(value):
    found = np.empty(2, dtype=object)
    found[:] = [value, value]
    return found


HUGE = [
    (doubled(lambda one: [one, one]), "a list"), (doubled(lambda one: (one, one)), "a tuple"),
    (doubled(lambda one: {"a": one, "b": one}), "a dict"), (doubled(lambda one: collections.deque([one, one])), "a deque"),
    (doubled(lambda one: {1: one, 2: one}.values()), "a dict_values"),
    (doubled(in_an_array), "an array of objects"),
    (doubled(lambda one: types.MappingProxyType({1: one, 2: one})), "a mappingproxy"),
    (range(10**30), "a range"), (Endless(), "an object of the class Endless"),
    (np.broadcast_to(np.array(0.0, dtype=object), (10**6, 10**6)), "an array of objects"),
]


@pytest.mark.parametrize("value, words", HUGE, ids=[words for _, words in HUGE])
def test_a_value_of_more_items_than_anybody_looks_at_is_told_and_not_walked(value, words):
    assert plain(value) == Other(f"{words} of more than 100000 items")
    assert plain([value, 1.0]) == Other("a list of more than 100000 items")


def test_a_call_with_a_huge_argument_is_a_call_still():
    huge = doubled(lambda one: [one, one])
    assert plain_arguments((huge, 1.0), {"b": 2.0}) == ((Other("a list of more than 100000 items"), 1.0), {"b": 2.0})


@pytest.mark.parametrize("value, is_one", [(1, True), (1.5, True), (1j, True), (np.float32(1), True), (np.array(1), True),
                                           (torch.tensor(1.0), True), (fractions.Fraction(1, 2), True), (True, False),
                                           (np.bool_(True), False), (torch.tensor(True), False),
                                           (np.ones(1), False), ("1", False)])
def test_a_truth_value_is_no_number(value, is_one):
    assert is_number(value) is is_one


@pytest.mark.parametrize("value", [range(3), {1}, b"1", ONE_TWO.view(np.matrix), np.random.default_rng(0),
                                   np.ma.array([1.0], mask=[True]),
                                   [1, (2, {3})], {"a": frozenset()}, np.longdouble(1), np.array(["a"])], ids=words_for)
def test_a_test_that_gives_what_cannot_cross_is_told_so(value):
    with pytest.raises(BadArgument, match=r"(?s)the test calls softmax with .* cannot cross into the sandbox"):
        check_arguments("softmax", (1.0, value), {})
    with pytest.raises(BadArgument):
        check_arguments("softmax", (), {"z": value})


def test_a_test_may_give_numbers_texts_and_what_holds_them():
    args = (None, True, 1, 1.5, 1j, "a", ONE_TWO, np.float32(1), [ONE_TWO, (1, {"a": 2})], torch.ones(2), len)
    check_arguments("f", args, {"b": 0})
