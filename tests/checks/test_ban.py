"""torch's own recurrent code is refused by whatever name and on whatever way, and runs as ever where the ban is lifted."""

import sys

import pytest
import torch
import torch._decomp.decompositions as written_out

from autograder.checks.ban import install

D, H = 2, 3
KEY = torch._C.DispatchKey
KEYS = torch._C.DispatchKeySet(KEY.AutogradMeta)
OPERATOR = torch.ops.aten.lstm_cell.default


def inputs():
    """x, h, c and the four parameters of an LSTM cell."""
    generator = torch.Generator().manual_seed(3)
    shapes = ((1, D), (1, H), (1, H), (4 * H, D), (4 * H, H), (4 * H,), (4 * H,))
    x, h, c, *weights = (torch.randn(shape, generator=generator) for shape in shapes)
    return x, [h, c], weights


def in_script(x, state, weights):
    """The operator from TorchScript."""
    unit = torch.jit.CompilationUnit("def f(x, h, c, a, b, d, e):\n    return torch.lstm_cell(x, [h, c], a, b, d, e)\n")
    return unit.f(x, *state, *weights)


def layer(x, state, weights):
    """oneDNN's layer."""
    h, c = state
    return torch.mkldnn_rnn_layer(x[None], *weights, h[None], c[None], False, [], 2, H, 1, True, False, False, False)


def few_bits(x, state, weights):
    """A cell whose weights have 16 bits, in a namespace of its own."""
    packed = [torch.ops.quantized.linear_prepack_fp16(*pair) for pair in zip(weights[:2], weights[2:])]
    return torch.ops.quantized.quantized_lstm_cell_dynamic(x, state, *packed, *weights[2:])


WAYS = {
    "module": lambda x, state, weights: torch.nn.LSTMCell(D, H)(x, tuple(state)),
    "quantizable module": lambda x, state, weights: torch.ao.nn.quantizable.LSTM(D, H),
    "function": lambda x, state, weights: torch.lstm_cell(x, state, *weights),
    "_VF": lambda x, state, weights: torch._VF.lstm_cell(x, state, *weights),
    "operator": lambda x, state, weights: OPERATOR(x, state, *weights),
    "decompose": lambda x, state, weights: OPERATOR.decompose(x, state, *weights),
    "kernel": lambda x, state, weights: OPERATOR._op_dk(KEY.CompositeImplicitAutograd, x, state, *weights),
    "redispatch": lambda x, state, weights: OPERATOR.redispatch(KEYS, x, state, *weights),
    "handle": lambda x, state, weights: OPERATOR._handle.redispatch_boxed(KEYS, x, state, *weights),
    "jit operation": lambda x, state, weights: torch._C._jit_get_operation("aten::lstm_cell")[0](x, state, *weights),
    "TorchScript": in_script,
    "double": lambda x, state, weights: torch.lstm_cell(x.double(), [v.double() for v in state], *(w.double() for w in weights)),
    "layer": layer,
    "few bits": few_bits,
}


@pytest.mark.parametrize("way", WAYS)
def test_torch_s_own_cell_is_refused(way):
    """While the ban holds."""
    with install().enforced(), pytest.raises(RuntimeError, match="does not count"):
        WAYS[way](*inputs())


@pytest.mark.skipif("lstm_impl" not in vars(written_out), reason="this build of torch does not write its LSTM out in Python")
def test_torch_s_python_versions_are_refused():
    """In the module, in the table, and at the operator itself."""
    ban = install()
    ban._guard_python_versions()  # they may have been imported after the nets were cast
    x, state, weights = inputs()
    arguments = (x[None], [v[None] for v in state], weights, True, 1, 0.0, False, False, False)
    ways = [written_out.lstm_impl, torch._decomp.decomposition_table[torch.ops.aten.lstm.input],
            *torch.ops.aten.lstm.input.py_kernels.values()]
    for way in ways:
        with ban.enforced(), pytest.raises(RuntimeError, match="does not count"):
            way(*arguments)


@pytest.mark.parametrize("thing", [None, 3, object()], ids=["None", "a number", "an object"])
def test_what_stands_in_the_place_of_torch_s_modules_is_none_of_them(monkeypatch, thing):
    """As code may leave it there."""
    for name in ("torch._decomp", "torch._decomp.decompositions"):
        monkeypatch.setitem(sys.modules, name, thing)
    install()._guard_python_versions()


def test_lifted_it_is_torch_s_own_with_its_gradient():
    """Values and gradients are those of the equations."""
    x, (h, c), weights = inputs()
    x.requires_grad_()
    with install().lifted():
        got = torch.lstm_cell(x, [h, c], *weights)
    i, f, g, o = (x @ weights[0].T + h @ weights[1].T + weights[2] + weights[3]).chunk(4, dim=1)
    memory = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    want = torch.sigmoid(o) * torch.tanh(memory), memory
    for one, other in zip(got, want):
        torch.testing.assert_close(one, other)
        slopes = [torch.autograd.grad(value.sum(), x, retain_graph=True) for value in (one, other)]
        torch.testing.assert_close(*slopes)
