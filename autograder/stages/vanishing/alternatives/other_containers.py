"""Right numbers in whatever container is at hand: lists, masked arrays, int for bool, 0-d arrays, matrices, objects."""

from array import array
from collections import deque
from fractions import Fraction

import bptt
import numpy as np


def jacobian_norms(h, W_h, t):
    norms, product = deque([1]), np.asmatrix(np.eye(len(W_h)))
    for k in range(t, 0, -1):
        product = product * np.asmatrix(bptt.dh_dh_prev(h[k], W_h))
        norms.appendleft(np.linalg.norm(product, 2))
    return norms


def decay_bound(W_h, t):
    sigma = np.linalg.norm(W_h, 2)
    return [sigma ** (t - k) for k in range(t + 1)]


def vanishing_lag(norms, tolerance):
    below = [lag for lag, norm in enumerate(np.asarray(norms, dtype=float)[::-1].tolist()) if norm < tolerance]
    return np.array(min(below)) if below else None


def rescale(W_h, radius):
    class NoRadius(ArithmeticError, ValueError):
        """There is no such multiple."""

    old = max(abs(np.linalg.eigvals(W_h)))
    if old == 0:
        raise NoRadius()
    return np.asmatrix(W_h) * complex(radius / old)


def decay_rate(norms):
    points = [(lag, np.log(norm)) for lag, norm in enumerate(np.asarray(norms, dtype=float)[::-1].tolist()) if norm]
    lags, logs = map(np.ma.array, zip(*points))
    lags = lags - lags.mean()
    return np.ma.sum(lags * logs) / np.ma.sum(lags**2)


def sweep(radii, hidden_size, length, seeds):
    rows = []
    for radius in radii:
        total = np.zeros(length + 1)
        for seed in seeds:
            rng = np.random.default_rng(seed)
            W_h = np.real(np.asarray(rescale(rng.standard_normal((hidden_size, hidden_size)), radius)))
            h = [rng.uniform(-0.1, 0.1, hidden_size)]
            for _ in range(length):
                h.append(np.tanh(W_h @ h[-1]))
            total += np.log(np.array(jacobian_norms(np.array(h), W_h, length))[::-1])
        rows.append(tuple(np.exp(total / len(seeds))))
    return rows


def term_norms(params, x, y, h, y_hat, t):
    return array("d", [np.linalg.norm(bptt.term(params, x, y, h, y_hat, t, k)) for k in range(1, t + 1)])


def far_share(norms, lag):
    exact = [Fraction(float(norm)) for norm in norms]
    return sum(exact[:max(len(exact) - lag, 0)]) / sum(exact)


def early_gradients(params, sequences, targets):
    def one(x, target):
        h, _, y_hat = bptt.forward(params, x, np.zeros(len(params["b"])))
        error = bptt.dL_dz(y_hat[-1], target) @ params["W_y"]
        for h_t in h[:1:-1]:
            error = error @ bptt.dh_dh_prev(h_t, params["W_h"])
        return np.array(np.linalg.norm(error))

    return np.array([one(*pair) for pair in zip(sequences, targets)], dtype=object)


def can_tell_apart(a, b, factor):
    low, high = sorted((np.median(a), np.median(b)))
    return int(high > factor * low)


def plot_decay(ax, norms_by_radius, bound_by_radius):
    from matplotlib.lines import Line2D

    colours = {radius: f"C{i}" for i, radius in enumerate({**norms_by_radius, **bound_by_radius})}
    for radius, norms in norms_by_radius.items():
        ax.semilogy(norms, color=colours[radius], lw=2)
    for radius, bound in bound_by_radius.items():
        ax.semilogy(bound, color=colours[radius], ls=":", lw=2)
    radii = ax.legend([Line2D([], [], color=colours[radius], lw=2) for radius in norms_by_radius],
                      [f"{radius:.1e}" for radius in norms_by_radius], title="radius", loc="lower left")
    ax.add_artist(radii)
    ax.legend([Line2D([], [], color="k", ls="-", lw=2), Line2D([], [], color="k", ls=":", lw=2)], ["norm", "bound"], loc="upper right")
    ax.set_title("Decay", loc="left")
    ax.set(xlabel="Lag in steps", ylabel="norm")


def plot_terms(ax, norms, words):
    ax.set_yscale("log")
    ax.vlines(range(len(norms)), min(norms) / 10, norms, lw=5)
    ax.set_xticks(range(len(norms)), words)
    ax.set(xlabel="word", ylabel="norm", ylim=(min(norms) / 10, 10 * max(norms)))
