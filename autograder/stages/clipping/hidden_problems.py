"""What the hidden tests of stage 3 share: problems to train on, what is expected of a history, a descent and a drawing."""

import cmath
import math

import numpy as np

from autograder.checks import expect, expect_true
from autograder.stages.each_argument import expect_results_kept

PASCANU = {"h_0": 1 / (1 + np.exp(-0.5)), "steps": 50, "target": 0.7}  # Pascanu et al. 2013, figure 6


def gradients(rng, scale=1.0):
    """A dict of arrays of several shapes, one of them not contiguous."""
    return {"W_x": scale * rng.standard_normal((4, 3)), "W_h": scale * rng.standard_normal((4, 4)).T,
            "b": scale * rng.standard_normal(1), "c": scale * rng.standard_normal((2, 1, 3))[::-1]}


def long_vector(grads):
    """All entries of all arrays, in the order of the keys."""
    return np.concatenate([np.ravel(grads[name]) for name in sorted(grads)])


def problem(rng, count, D=2, H=3, V=4, T=5):
    """Parameters, and that many batches of T or T + 1 steps."""
    params = {"W_x": rng.standard_normal((H, D)), "W_h": rng.standard_normal((H, H)), "b": rng.standard_normal(H),
              "W_y": rng.standard_normal((V, H))}
    batches = [(rng.standard_normal((T + i % 2, D)), rng.integers(V, size=T + i % 2), 0.5 * rng.standard_normal(H))
               for i in range(count)]
    return params, batches


def spoiled(batch):
    """The batch with NaN in x, which makes its loss NaN."""
    x, y, h_0 = batch
    x = x.copy()
    x[-1, 0] = np.nan
    return x, y, h_0


def history(result):
    """The dict that train returned, with "losses" and "norms" as lists."""
    wanted = {"params": {}, "losses": [], "norms": [], "restarts": 0}
    if not isinstance(result, dict) or any(key not in result for key in wanted):
        expect(result, wanted, "train(...)")
    lists = {key: list(result[key]) if isinstance(result[key], list | tuple | np.ndarray) else result[key]
             for key in ("losses", "norms")}
    return {**{key: result[key] for key in wanted}, **lists}


def expect_history(got, want, rtol=1e-8):
    """Compare two runs of train: the restarts first, then what was accepted, then the parameters."""
    got = history(got)
    for key in ("restarts", "losses", "norms", "params"):
        expect(got[key], want[key], key, rtol=rtol)


def complex_step(w, b, h_0, steps, target):
    """(dL/dw, dL/db) by a step of 1e-30 along the imaginary axis: exact to rounding."""
    def loss(w, b):
        h = h_0
        for _ in range(steps):
            h = 1 / (1 + cmath.exp(-(w * h + b)))
        return (h - target) ** 2

    return loss(w + 1e-30j, b).imag / 1e-30, loss(w, b + 1e-30j).imag / 1e-30


def expect_scalar_gradient(got, want, steps, rtol=1e-9):
    """Compare a pair of derivatives; when they differ in a way that has a name, say it."""
    if isinstance(got, np.ndarray) and got.shape == (2,):
        got = tuple(got)
    if isinstance(got, tuple | list) and len(got) == 2 and not any(value is None for value in got):
        pair, wanted = np.array(got, dtype=float), np.array(want)
        if np.allclose(pair[::-1], wanted, rtol=1e-6) and not np.allclose(pair, wanted, rtol=1e-6):
            expect_true(False, "holds dL_db first and dL_dw second", "(dL_dw, dL_db)")
        ratio = pair / wanted
        if np.allclose(ratio, ratio[0], rtol=1e-6) and abs(ratio[0] - 1) > 1e-3 and np.isfinite(ratio[0]):
            expect_true(False, f"is right but for a constant factor of {ratio[0]:.6g} ({steps} steps)",
                        "(dL_dw, dL_db)", hidden="is right but for a constant factor")
    expect(got, want, ("dL_dw", "dL_db"), rtol=rtol)


def expect_others_results_kept(student, rng, *own):
    """These functions and those before them leave alone what the others returned or were given for the same problem."""
    __tracebackhide__ = True
    params, batches = problem(rng, 2)
    grads, cliff = {name: 2 * theta for name, theta in params.items()}, (0.4, 3, 0.2)
    expect_results_kept(student, {
        "sgd_step": (params, grads, 0.3), "clip_by_norm": (grads, 0.5), "train": (params, batches, 0.3),
        "loss_surface": (params["b"], grads["b"], *cliff), "descend": (params["b"][:2], 0.5, 3, *cliff)}, *own)


def expect_no_number(norm, what, bad):
    """A norm that is Inf or NaN, either of which will do."""
    expect(norm, norm_like(norm, bad), what)
    expect_true(bool(np.isnan(norm) or norm == np.inf), f"should be Inf or NaN for a gradient with an entry of {bad}, and is "
                f"{float(norm):.6g}", what, hidden="should be Inf or NaN where an entry is")


def norm_like(norm, bad):
    """What to hold the norm of a gradient with such an entry against: NaN where it is NaN, else what a right one may be."""
    return math.nan if isinstance(norm, float | np.ndarray) and np.shape(norm) == () and np.isnan(norm) else float(abs(bad))


def one_unit(**changed):
    """Parameters of an RNN with D = H = 1 and V = 2, and its h_0."""
    params = {"W_x": np.array([[1.0]]), "W_h": np.array([[0.2]]), "b": np.array([0.0]),
              "W_y": np.array([[0.4], [-0.3]])}
    return {**params, **changed}, np.array([0.1])


def of_one_unit(params, x, y, h_0):
    """Loss and gradients of such an RNN with b = 0, without a matrix product a step."""
    W_x, W_h, W_y = float(params["W_x"][0, 0]), float(params["W_h"][0, 0]), params["W_y"][:, 0]
    h = [h_0]
    for x_t in x[:, 0].tolist():
        h.append(math.tanh(W_h * h[-1] + W_x * x_t))
    z = np.outer(h[1:], W_y)
    log_y_hat = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    dz = np.exp(log_y_hat) - np.eye(2)[y]
    carry, da = 0.0, []
    for h_t, dh in zip(h[:0:-1], (dz @ W_y)[::-1].tolist()):
        da.append((1 - h_t**2) * (dh + carry))
        carry = W_h * da[-1]
    back = np.array(da[::-1])
    return -float(log_y_hat[np.arange(len(y)), y].sum()), {
        "W_x": back[None, :] @ x, "W_h": np.array([[back @ h[:-1]]]), "b": back.sum(keepdims=True),
        "W_y": dz.T @ np.array(h[1:])[:, None]}


# How far a target lies from the state where a loss of 1e-24 is not yet one of rounding.
CLOSE_BY = 2.0**-40


def surface_of(ws, bs, h_0, steps, target):
    """The surface by whole arrays."""
    h = np.full((len(bs), len(ws)), h_0)
    for _ in range(steps):
        h = 1 / (1 + np.exp(-(ws[None, :] * h + bs[:, None])))
    return (h - target) ** 2


def expect_steps(path, threshold, lr, h_0, steps, target, rtol=1e-5, what="(path[1:] - path[:-1])"):
    """Each point of the path follows from the one before: no error adds up, even where the path is chaotic."""
    g = np.array([complex_step(w, b, h_0, steps, target) for w, b in path[:-1].tolist()])
    if threshold is not None:
        g *= np.minimum(1, threshold / np.hypot(*g.T))[:, None]
    expect(np.diff(path, axis=0), -lr * g, what, rtol=rtol, atol=1e-10)


def drawing(student, canvas, rng, N=6, M=9, count=8, scale=1.0):
    """A figure of random paths over a surface that falls to the right and rises upwards; what went into it, and both panels."""
    ws, bs = np.linspace(-1.0, 2.5, N), np.linspace(0.5, 1.3, M)
    surface = scale * 10.0 ** (-0.9 * ws[None, :] + 8 * bs[:, None] - 12 + rng.uniform(0, 0.1, (M, N)))
    plain = np.column_stack([rng.uniform(-1, 2.5, count), rng.uniform(0.5, 1.3, count)])
    clipped = np.column_stack([rng.uniform(-1, 2.5, 5), rng.uniform(0.5, 1.3, 5)])
    plain[5], plain[7] = (-40.0, 0.9), (0.3, 55.0)
    clipped[3] = (30.0, -7.0)
    axes = canvas.axes(2)
    student.plot_cliff(axes, ws, bs, surface, plain, clipped)
    return ws, bs, surface, plain, clipped, canvas.read(axes)
