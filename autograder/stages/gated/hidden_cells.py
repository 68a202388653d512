"""What the hidden tests of stage 4 share about cells: gradients, edge cases, initial draws, the reach of a gradient."""

from functools import cache

import numpy as np
import torch

from autograder.checks import expect, expect_true, expect_unchanged
from autograder.checks.autodiff import vector_jacobian
from autograder.stages.gated.public import (
    CLOSE,
    GATES,
    as_norms,
    cell_with,
    expect_step,
    flat,
    random_state,
    random_weights,
    tensor,
    torch_cell_with,
)


def like(rng, tensors):
    """A random cotangent for each tensor."""
    return tuple(tensor(rng, *value.shape) for value in tensors)


def steep(size):
    """How near two gradients are, of cotangents of this size."""
    return {"rtol": 1e-3, "atol": 1e-4 * size}


def expect_gradients(got, want, symbols, close):
    """Compare the gradients of arguments; one that does not arrive at all is a path that was cut, and no missing `return`."""
    cut = [symbol for symbol, gradient, wanted in zip(symbols, got, want) if gradient is None and wanted is not None]
    expect_true(not cut, f"does not arrive: the path back to {' and '.join(cut)} is cut, as by detach(), .data or no_grad()",
                "the gradient")
    expect(got, want, [f"gradient of {symbol}" for symbol in symbols], **close)


def close_with(name, state):
    """How close one step is to be: a GRU that computes h + (1 - z) (n - h) leaves the rounding of a large state."""
    return CLOSE | ({"atol": CLOSE["atol"] + 2.0**-21 * float(state.abs().max())} if name == "GRUCell" else {})


def expect_cell_gradients(student, autodiff, rng, name, D, H, B):
    """Values and gradients of one step against torch's: none is clipped for its size, and none taken for 0."""
    weights = random_weights(rng, name, D, H)
    cell = cell_with(student, name, D, H, weights)
    has_memory = name == "LSTMCell"
    # A GRU that computes h + (1 - z) (n - h) rounds n off beside a state that is much larger.
    for size, high in ((1e5, 1.0), (1e-12, 100.0 if name == "GRUCell" else 1000.0)):
        x, state = tensor(rng, B, D), random_state(rng, name, B, H)
        far = high * state[1] + 2 * (high - 1) * torch.sign(state[1]) if has_memory else None  # no entry of it is small by luck
        state = (state[0], far) if has_memory else high * state
        if high > 1 and not has_memory:  # so that gates stay between 0 and 1: 1 / (1 + exp(-a)) has no gradient beyond -89
            weights |= {"weight_hh": weights["weight_hh"] / high}
            cell.load_state_dict(weights)
        cotangents, close = tuple(size * value for value in like(rng, flat(state))), steep(size * high)
        got = autodiff.vjp(cell, (x, state), cotangents)
        want = vector_jacobian(torch_cell_with(name, D, H, weights), (x, state), cotangents)
        expect(got["outputs"], want["outputs"], ("h_t", "c_t") if has_memory else ("h_t",), **close_with(name, state))
        of = ("x_t", "h_{t-1}", "c_{t-1}") if has_memory else ("x_t", "h_{t-1}")
        expect_gradients(got["arguments"], want["arguments"], of, close)
        untrained = [key for key, value in want["parameters"].items() if value is not None and got["parameters"].get(key) is None]
        expect_true(not untrained, f"leaves {', '.join(untrained)} without a gradient: is each an nn.Parameter, and "
                    "used without detach() or .data?", name)
        expect(got["parameters"], want["parameters"], "gradients", **close)


def expect_edges(student, rng, name):
    """One step with one sequence, one input or one unit, with large inputs, and with large states.

    No call remembers another's state or weights, or changes what another one returned or was given.
    """
    expect_step(student, rng, name, [(1, 1, 1), (3, 1, 2), (2, 3, 1)])
    weights = random_weights(rng, name, 1, 4)
    cell, right = cell_with(student, name, 1, 4, weights), torch_cell_with(name, 1, 4, weights)
    x = state = torch.zeros(0)
    # Then, without inputs, with another state alone, and the very same call with other weights alone: of a gate that forgets all.
    # The last one is in eval(): there is nothing in these cells that does something else then.
    far, last = {"RNNCell": (1e9, 1.0), "LSTMCell": (1e9, 1e9), "GRUCell": (100.0, 1.0)}[name]
    for wide, high in ((1e4, 1.0), (1.0, 30.0), (0.0, far), (None, 0.0), (None, last), (None, None)):
        if wide is not None:
            x = wide * tensor(rng, 2, 1)
        if high is not None:
            state = random_state(rng, name, 2, 4)
            state = (state[0], high * state[1]) if name == "LSTMCell" else high * state
        else:
            cell.eval()
            weights = random_weights(rng, name, 1, 4)
            weights["bias_ih"][4:8] -= 60.0
            cell.load_state_dict(weights)
            right.load_state_dict(weights)
        got = cell(x, state)
        with torch.no_grad():
            want = right(x, state)
        expect(got, want, ("h_t", "c_t") if name == "LSTMCell" else "h_t", **close_with(name, state))
    expect_unchanged(student)


def expect_uniform(values, bound, what):
    """Complains of numbers that were not drawn uniformly from (-bound, bound): by how far, a chance of one in a million."""
    values = np.sort(np.concatenate([value.numpy().ravel() for value in values]))
    n, largest = len(values), float(np.abs(values).max())
    expect_true(len(np.unique(values)) > 0.9 * n, "has the same entry again and again; each is to be drawn", what)
    root = f"1/sqrt(H) = {bound:.3g}"
    expect_true(largest <= bound * (1 + 1e-6), f"has an entry of size {largest:.3g}; the largest is {root}", what,
                hidden="has an entry that is larger than 1/sqrt(H)")
    expect_true(largest >= bound * (1 - 15 / n), f"has no entry larger than {largest:.3g}; they go up to {root}", what,
                hidden="has no entry near 1/sqrt(H); they go up to it")
    # Kolmogorov and Smirnov: how far the share of entries below a number is from what it is for a uniform draw.
    share = (values / bound + 1) / 2
    gap = float(np.maximum(np.arange(1, n + 1) / n - share, share - np.arange(n) / n).max())
    expect_true(gap <= 2.7 / np.sqrt(n), f"is not drawn uniformly from -{bound:.3g} to {bound:.3g}: the share of its entries "
                f"below some number is off by {gap:.2f}", what, hidden="is not drawn uniformly from -1/sqrt(H) to 1/sqrt(H)")


def keeping(name, D, H):
    """Parameters of a cell that hands its state on as it is, where no input comes in."""
    rows = GATES[name] * H
    weights = {"weight_ih": torch.zeros(rows, D), "weight_hh": torch.zeros(rows, H), "bias_ih": torch.zeros(rows),
               "bias_hh": torch.zeros(rows)}
    if name == "RNNCell":
        weights["weight_hh"] = torch.eye(H)
    else:
        weights["bias_ih"][H:2 * H] = 40.0
    return weights


@cache
def reference_reach(reference, name, D, H, length, seed, *numbers):
    """What the model answers say of a cell with these numbers in its parameters."""
    cell, rest = getattr(reference, name)(D, H), torch.tensor(numbers)
    torch.nn.utils.vector_to_parameters(rest, cell.parameters())
    return np.array(reference.gradient_reach(cell, length, seed).tolist())


def expect_same_reach(student, reference, rng, name, D, H, length, seed):
    """gradient_reach of a random cell against the reference's; the cell and its weights."""
    weights = random_weights(rng, name, D, H)
    cell = cell_with(student, name, D, H, weights)
    expect_reach_of(student, reference, cell, name, D, H, length, seed, weights)
    return cell, weights


def expect_reach_of(student, reference, cell, name, D, H, length, seed, weights):
    """gradient_reach of the student's cell with these weights against the reference's."""
    got = as_norms(student.gradient_reach(cell, length, seed))
    order = [key for key, _ in getattr(reference, name)(D, H).named_parameters()]
    numbers = torch.cat([weights[key].ravel() for key in order]).tolist()
    expect(got, reference_reach(reference, name, D, H, length, seed, *numbers), "norms", rtol=1e-3, atol=1e-30)


def expect_trainable(function, module, found):
    """By a vector-Jacobian product: the function left no gradient in a module's parameters, and each of them still gets one."""
    left = ", ".join(found["left_behind"])
    expect_true(not left, f"leaves a gradient in {left} of {module}", function, hidden=f"leaves a gradient in {module}")
    frozen = [key for key, value in found["parameters"].items() if value is None]
    expect_true(not frozen, f"leaves {', '.join(frozen)} of {module} without requires_grad", function,
                hidden=f"leaves a parameter of {module} without requires_grad")


def expect_reach(student, reference, autodiff, rng, name):
    """gradient_reach of a random cell against the reference's; the cell is as it was afterwards."""
    cell, weights = expect_same_reach(student, reference, rng, name, 4, 3, 4, 7)
    expect(cell.state_dict(), weights, "parameters of the cell afterwards")
    x, state = tensor(rng, 1, 4), random_state(rng, name, 1, 3)
    expect_trainable("gradient_reach", "the cell", autodiff.vjp(cell, (x, state), like(rng, flat(state))))
    expect_unchanged(student)


def diagonal(student, size, other):
    """A plain cell at rest whose two units are multiplied by these numbers at each step."""
    weights = {"weight_ih": torch.zeros(2, 3), "weight_hh": torch.tensor([[size, 0.0], [0.0, other]]), "bias_ih": torch.zeros(2),
               "bias_hh": torch.zeros(2)}
    return cell_with(student, "RNNCell", 3, 2, weights)
