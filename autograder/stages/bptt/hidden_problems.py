"""What the hidden tests of stage 1 share: networks, sequences and gradients, and what is expected of all functions."""

import functools

import numpy as np

from autograder.checks import expect_unchanged
from autograder.stages.bptt.public import expect_grad
from autograder.stages.each_argument import expect_each_argument_counts, expect_results_kept

SHAPES = ((5, 3, 4, 6), (4, 5, 2, 3))                           # T, D, H, V
SQUARE = (3, 3, 3, 3)                                           # where a matrix and its transpose have one shape
FACTORS = ("dL_dyhat", "dyhat_dz", "dL_dz", "dz_dh", "dh_dh_prev", "dh_dW_x")
CORNERS = ((1, 3, 4, 5), (2, 1, 4, 3), (3, 2, 1, 4), (2, 4, 3, 1))


def problem(rng, T, D, H, V, gain=1.2):
    """Random params, x, y and h_0 of one sequence; a gain below 1 keeps long sequences from being chaotic."""
    params = {
        "W_x": rng.normal(0, 1 / np.sqrt(D), (H, D)),
        "W_h": rng.normal(0, gain / np.sqrt(H), (H, H)),
        "b": rng.normal(0, 0.5, H),
        "W_y": rng.normal(0, 1, (V, H)),
    }
    params = {name: params[name] for name in ("W_y", "b", "W_h", "W_x")}  # a dict is read by name, not by order
    return params, rng.normal(0, 1, (T, D)), rng.integers(V, size=T), rng.uniform(-0.8, 0.8, H)


def solved(reference, rng, T, D, H, V, gain=1.2):
    """A random problem with its forward pass: params, x, y, h, y_hat."""
    params, x, y, h_0 = problem(rng, T, D, H, V, gain)
    h, _, y_hat = reference.forward(params, x, h_0)
    return params, x, y, h, y_hat


def many_classes(reference, rng):
    """A random problem of twenty classes, of which the right ones are among the last."""
    params, x, y, h, y_hat = solved(reference, rng, 5, 3, 4, 20)
    return params, x, 10 + y % 10, h, y_hat


def lossless(reference, rng, T, D, H, V, silent=()):
    """A random problem in which nothing vanishes: W_h turns the state, which stays so small that the tanh hardly bends it.

    The weights of the output are large, so that the errors carried back are far above any threshold of clipping. At the `silent`
    rows of x there is no input.
    """
    params, x, y, _ = problem(rng, T, D, H, V)
    x[list(silent)] = 0
    params |= {"W_h": np.linalg.qr(rng.standard_normal((H, H)))[0], "b": np.zeros(H),
               "W_x": 1e-4 * params["W_x"], "W_y": 200 * params["W_y"]}
    h, _, y_hat = reference.forward(params, x, 1e-3 * rng.uniform(-1, 1, H))
    return params, x, y, h, y_hat


def turning(T, D, H, V):
    """A problem with all states 0, where slopes are 1, and a W_h that hands each unit's value on; x is of whole numbers."""
    params = {"W_y": 1.0 + np.arange(V * H).reshape(V, H) % 7, "W_h": np.roll(np.eye(H), 1, axis=0),
              "W_x": np.zeros((H, D)), "b": np.zeros(H)}
    x, y = 1 + np.arange(T * D).reshape(T, D) % 5, np.arange(T) % V
    return params, x, y, np.zeros((T + 1, H)), np.full((T, V), 1 / V)


def saturated(reference, rng, T, D, H, V):
    """A random problem in which all units are saturated at one step, so that nothing is carried back past it."""
    params, x, y, h_0 = problem(rng, T, D, H, V)
    x[T // 2] *= 1e5
    h, _, y_hat = reference.forward(params, x, h_0)
    return params, x, y, h, y_hat


def symmetric(reference, rng):
    """A random problem of SQUARE in which W_h is its own transpose, and the network is sure of each class: 0.999, and right."""
    params, x, _, h_0 = problem(rng, *SQUARE)
    params["W_h"] = 0.2 * (params["W_h"] + params["W_h"].T)
    x, h_0, params["b"] = 0.1 * x, 0.3 * h_0, np.sign(params["b"])
    h = reference.forward(params, x, h_0)[0]
    mean = h[1:].mean(axis=0)
    params["W_y"][:2] *= 0.1
    params["W_y"][2] = 8.5 * mean / (mean @ mean)
    h, _, y_hat = reference.forward(params, x, h_0)
    return params, x, np.full(len(x), 2), h, y_hat


def surprised(reference, rng, T, D, H, V):
    """A random problem in which the right class has the smallest probability of all at every step, such as 1e-30."""
    params, x, _, h_0 = problem(rng, T, D, H, V)
    params["W_y"] *= 40 / np.abs(params["W_y"]).max()
    h, z, y_hat = reference.forward(params, x, h_0)
    return params, x, z.argmin(axis=1), h, y_hat


def nearly_saturated(reference, rng, T, D, H, V):
    """A random problem in which each slope of the tanh lies between 1e-4 and 1e-7 at one step."""
    params, x, y, _ = problem(rng, T, D, H, V)
    params |= {"W_x": np.ones((H, D)), "W_h": 0.1 * params["W_h"], "b": np.linspace(-1, 1, H) if H > 1 else np.ones(1)}
    x = np.abs(x)
    x[T // 2] = 7.0 / D
    h, _, y_hat = reference.forward(params, x, np.zeros(H))
    return params, x, y, h, y_hat


def repeated(params, x, y, h, y_hat):
    """The problem with the first word, of the first class, at every step."""
    return params, np.repeat(x[:1], len(x), axis=0), np.full_like(y, y[0]), h, y_hat


def expect_own_result(student, reference, rng, shape, name, *steps):
    """A function of a solved problem does not give what it gave for another one of this shape, be it ever so much alike."""
    __tracebackhide__ = True

    def complete(params, x, y, h_0):
        h, _, y_hat = reference.forward(params, x, h_0)
        return params, x, y, h, y_hat, *steps

    what = f"{name}(..., {', '.join(map(str, steps))})" if steps else f"{name}(...)"
    expect_each_argument_counts(student, reference, name, problem(rng, *shape), what, complete)


def expect_others_results_kept(student, rng, *names):
    """The last of these functions and those before it leave alone what the others returned or were given for the same problem."""
    __tracebackhide__ = True
    params, x, y, _ = problem(rng, 3, 4, 2, 5)
    h, y_hat = rng.uniform(-0.9, 0.9, (4, 2)), rng.dirichlet(np.ones(5), 3)  # any will do: no value is looked at
    args = params, x, y, h, y_hat
    calls = {"softmax": (rng.standard_normal(5),), "forward": (params, x, h[0]), "dL_dyhat": (y_hat[0], 1),
             "dyhat_dz": (y_hat[0],), "dL_dz": (y_hat[0], 1), "dz_dh": (params["W_y"],), "dh_dh_prev": (h[1], params["W_h"]),
             "dh_dW_x": (h[1], x[0]), "dh_dh": (h, params["W_h"], 3, 1), "term": (*args, 3, 1), "dL_dW_x": (*args, 3),
             "dLtotal_dW_x": args, "bptt": args}
    expect_results_kept(student, {name: calls[name] for name in names}, names[-1])


def strided(value):
    """The same numbers in arrays that do not lie in one piece of memory."""
    if isinstance(value, dict):
        return {name: strided(item) for name, item in value.items()}
    wide = np.zeros(tuple(2 * size for size in value.shape), dtype=value.dtype, order="F")
    view = wide[tuple(slice(None, None, 2) for _ in value.shape)]
    view[...] = value
    return view


@functools.cache
def with_gradients(reference, seed):
    """Random problems with their gradients: one as usual, a long one in which nothing vanishes, and ones far from that."""
    rng = np.random.default_rng(seed)
    problems = (many_classes(reference, rng), lossless(reference, rng, 102, 2, 3, 4), saturated(reference, rng, 6, 4, 2, 3),
                symmetric(reference, rng), surprised(reference, rng, 3, 2, 4, 5), nearly_saturated(reference, rng, 5, 2, 3, 4))
    return [(args, reference.bptt(*args)) for args in problems]


def expect_bptt(student, reference, rng, key):
    """One gradient of problems that are the same for each key, so that the suite solves them once."""
    __tracebackhide__ = True
    for args, wants in with_gradients(reference, rng.bit_generator.seed_seq.entropy[0]):
        expect_grad(student.bptt(*args), key, wants[key], atol=1e-11 * (1 + np.abs(wants[key]).max()))
    expect_unchanged(student)
