"""Recursion and generators in the place of loops."""

from functools import reduce
from itertools import accumulate

import bptt
import numpy as np


def jacobian_norms(h, W_h, t):
    factors = (bptt.dh_dh_prev(h[k], W_h) for k in range(t, 0, -1))
    products = accumulate(factors, np.matmul, initial=np.eye(len(W_h)))
    return np.array([np.linalg.norm(product, 2) for product in products])[::-1].copy()


def decay_bound(W_h, t):
    sigma = np.linalg.svd(W_h)[1].max()
    return np.array(list(accumulate(range(t), lambda power, _: power * sigma, initial=1.0)))[::-1]


def vanishing_lag(norms, tolerance, lag=0):
    if len(norms) == 0:
        return None
    return lag if norms[-1] < tolerance else vanishing_lag(norms[:-1], tolerance, lag + 1)


def rescale(W_h, radius):
    rho = reduce(max, map(abs, np.linalg.eigvals(W_h).tolist()))
    try:
        return W_h / rho * radius if rho else 1 // 0
    except ZeroDivisionError as error:
        raise ValueError("spectral radius 0") from error


def decay_rate(norms):
    pairs = np.array([(lag, np.log(norm)) for lag, norm in enumerate(norms[::-1]) if norm > 0])
    covariance = np.cov(pairs.T, bias=True)
    return covariance[0, 1] / covariance[0, 0]


def sweep(radii, hidden_size, length, seeds):
    def drawn(radius, seed):
        rng = np.random.default_rng(seed)
        return rescale(rng.standard_normal((hidden_size, hidden_size)), radius), rng.uniform(-0.1, 0.1, hidden_size)

    def states(W_h, h_0):
        return np.array(list(accumulate(range(length), lambda h, _: np.tanh(W_h @ h), initial=h_0)))

    def log_norms(radius, seed):
        W_h, h_0 = drawn(radius, seed)
        return np.log(jacobian_norms(states(W_h, h_0), W_h, length)[::-1])

    return np.exp([np.mean([log_norms(radius, seed) for seed in seeds], axis=0) for radius in radii])


def term_norms(params, x, y, h, y_hat, t):
    return np.fromiter((np.hypot.reduce(bptt.term(params, x, y, h, y_hat, t, k).ravel()) for k in range(1, t + 1)),
                       dtype=float, count=t)


def far_share(norms, lag):
    return sum(list(norms)[::-1][lag:]) / sum(norms)


def early_gradients(params, sequences, targets):
    def back(row, h, t):
        return row if t == 1 else back(row @ bptt.dh_dh_prev(h[t], params["W_h"]), h, t - 1)

    def one(x, target):
        h, _, y_hat = bptt.forward(params, x, np.zeros(len(params["W_h"])))
        return np.linalg.norm(back(bptt.dL_dz(y_hat[-1], target) @ params["W_y"], h, len(x)))

    return np.array(list(map(one, sequences, targets)))


def can_tell_apart(a, b, factor):
    return any(np.median(p) > factor * np.median(q) for p, q in ((a, b), (b, a)))


def plot_decay(ax, norms_by_radius, bound_by_radius):
    for name, radius, values in [*(("", radius, values) for radius, values in norms_by_radius.items()),
                                 *(("bound for ", radius, values) for radius, values in bound_by_radius.items())]:
        ax.plot(values, "--" if name else "-", label=f"{name}{radius}")
    ax.set_yscale("log")
    ax.set(xlabel="lag in steps", ylabel="norm")
    ax.legend()


def plot_terms(ax, norms, words):
    for k, norm in enumerate(norms):
        ax.plot([k], [norm], "s")
    ax.set_yscale("log")
    ax.set_xticks(range(len(words)), words)
    ax.set(xlabel="words", ylabel="norm")
