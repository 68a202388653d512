"""Trained weights in files of every kind: loaded where they hold the numbers, else refused with what is true."""

from collections import OrderedDict

import pytest
import torch

from autograder.checks.checkpoints import load_checkpoint


def model() -> torch.nn.Module:
    """A small model with known numbers."""
    torch.manual_seed(0)
    return torch.nn.Linear(3, 2)


def halves() -> dict[str, torch.Tensor]:
    """Weights that 16 bits hold exactly."""
    return {"weight": torch.tensor([[0.5, -1.0, 2.0], [0.25, 0.0, 1.5]]), "bias": torch.tensor([-0.125, 3.0])}


def views_of_one_storage(state):
    """Every parameter is a view of one tensor."""
    flat, views, at = torch.cat([value.reshape(-1) for value in state.values()]), {}, 0
    for name, value in state.items():
        views[name] = flat[at:at + value.numel()].view(value.shape)
        at += value.numel()
    return views


RIGHT = {
    "as it is": lambda state: state,
    "double": lambda state: {name: value.double() for name, value in state.items()},
    "float16": lambda state: {name: value.half() for name, value in state.items()},
    "bfloat16": lambda state: {name: value.bfloat16() for name, value in state.items()},
    "8 bits": lambda state: {name: value.to(torch.float8_e4m3fn) for name, value in state.items()},
    "a negated view": lambda state: state | {"bias": torch._neg_view(-state["bias"])},
    "parameters": lambda state: OrderedDict((name, torch.nn.Parameter(state[name])) for name in reversed(state)),
    "one storage": views_of_one_storage,
    "column by column": lambda state: state | {"weight": state["weight"].t().contiguous().t()},
}


@pytest.mark.parametrize("how", RIGHT)
def test_the_same_numbers_count_however_they_were_saved(how, tmp_path):
    """Other precision, order, memory layout."""
    torch.save(RIGHT[how](halves()), tmp_path / "w.pt")
    loaded = model()
    assert load_checkpoint(loaded, tmp_path / "w.pt") == ""
    for name, value in halves().items():
        assert torch.equal(loaded.state_dict()[name], value)
        assert loaded.state_dict()[name].dtype == torch.float32


def test_the_old_format_of_torch_save_is_read(tmp_path):
    """Before zip files."""
    torch.save(halves(), tmp_path / "w.pt", _use_new_zipfile_serialization=False)
    assert load_checkpoint(model(), tmp_path / "w.pt") == ""


def test_one_number_for_a_whole_parameter_is_a_parameter(tmp_path):
    """A stride of 0 says so."""
    torch.save(halves() | {"bias": torch.tensor([0.5]).expand(2)}, tmp_path / "w.pt")
    loaded = model()
    assert load_checkpoint(loaded, tmp_path / "w.pt") == ""
    assert loaded.bias.tolist() == [0.5, 0.5]
    with torch.no_grad():
        loaded.bias[0] = 1.0  # no longer the same number twice
    assert loaded.bias.tolist() == [1.0, 0.5]


WRONG = {
    "sparse": (lambda s: s | {"weight": s["weight"].to_sparse()}, "weight as a sparse tensor"),
    "sparse rows": (lambda s: s | {"weight": s["weight"].to_sparse_csr()}, "weight as a sparse tensor"),
    "meta": (lambda s: s | {"bias": s["bias"].to("meta")}, "no numbers for bias"),
    "complex": (lambda s: s | {"bias": s["bias"].to(torch.complex64)}, "bias in torch.complex64"),
    "integers": (lambda s: s | {"bias": s["bias"].long()}, "bias in torch.int64"),
    "truth values": (lambda s: s | {"bias": s["bias"] > 0}, "bias in torch.bool"),
    "a shape beyond all memory": (lambda s: s | {"weight": torch.zeros(1).expand(1 << 20, 1 << 20)}, "shape (1048576, 1048576)"),
    "another shape": (lambda s: s | {"bias": torch.zeros(3)}, "bias has the shape (3,); in yours it is (2,)"),
    "another name": (lambda s: {"weight": s["weight"], "b": s["bias"]}, "no parameter b"),
    "one missing": (lambda s: {"weight": s["weight"]}, "bias is missing"),
    "none": (lambda s: {}, "does not hold a state_dict"),
    "a list": (list, "does not hold a state_dict"),
    "numbers of Python": (lambda s: {name: value.tolist() for name, value in s.items()}, "does not hold a state_dict"),
    "NaN": (lambda s: s | {"bias": torch.tensor([0.0, float("nan")])}, "Inf or NaN"),
    "Inf in half precision": (lambda s: s | {"bias": torch.tensor([0.0, 1e6]).half()}, "Inf or NaN"),
}


@pytest.mark.filterwarnings("ignore:Sparse CSR")
@pytest.mark.parametrize("how", WRONG)
def test_what_is_no_weights_is_refused_with_what_is_true(how, tmp_path):
    """And the model stays as it was."""
    change, words = WRONG[how]
    torch.save(change(halves()), tmp_path / "w.pt")
    untouched = model()
    before = {name: value.clone() for name, value in untouched.state_dict().items()}
    assert words in load_checkpoint(untouched, tmp_path / "w.pt")
    assert all(torch.equal(before[name], value) for name, value in untouched.state_dict().items())
