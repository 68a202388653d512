"""A class does the work; the functions only call it."""

import bptt
import numpy as np


class Flow:
    """The gradient that flows back through one run."""

    def __init__(self, h, W_h):
        self.h, self.W_h = h, W_h

    def jacobians(self, t):
        result = [np.eye(len(self.W_h))]
        for k in range(t, 0, -1):
            result.append(np.matmul(result[-1], bptt.dh_dh(self.h, self.W_h, k, k - 1)))
        return result[::-1]

    def norms(self, t):
        return np.array([np.linalg.norm(jacobian, ord=2) for jacobian in self.jacobians(t)])


class Spectrum:
    def __init__(self, W_h):
        self.radius = float(max(np.abs(np.linalg.eigvals(W_h))))
        self.sigma = float(np.linalg.norm(W_h, ord=2))


def jacobian_norms(h, W_h, t):
    return Flow(h, W_h).norms(t)


def decay_bound(W_h, t):
    return np.power(Spectrum(W_h).sigma, np.arange(t, -1, -1, dtype=float))


def vanishing_lag(norms, tolerance):
    return next((lag for lag, norm in enumerate(reversed(norms)) if norm < tolerance), None)


def rescale(W_h, radius):
    spectrum = Spectrum(W_h)
    if spectrum.radius == 0:
        raise ValueError(f"cannot scale a spectral radius of 0 to {radius}")
    copy = W_h.copy()
    copy *= radius
    copy /= spectrum.radius
    return copy


def decay_rate(norms):
    lags, logs = [], []
    for lag, norm in enumerate(norms[::-1]):
        if norm != 0:
            lags.append(lag)
            logs.append(np.log(norm))
    design = np.column_stack([np.ones(len(lags)), lags])
    return float(np.linalg.lstsq(design, np.array(logs), rcond=None)[0][1])


def sweep(radii, hidden_size, length, seeds):
    def run(radius, seed):
        rng = np.random.default_rng(seed)
        W = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
        h = [rng.uniform(-0.1, 0.1, hidden_size)]
        while len(h) <= length:
            h.append(np.tanh(W.dot(h[-1])))
        return np.log(jacobian_norms(np.stack(h), W, length))

    return np.stack([np.exp(sum(run(radius, seed) for seed in seeds) / len(seeds))[::-1] for radius in radii])


def term_norms(params, x, y, h, y_hat, t):
    flow = Flow(h, params["W_h"])
    error = bptt.dL_dz(y_hat[t - 1], y[t - 1]) @ bptt.dz_dh(params["W_y"])
    deltas = [error @ jacobian for jacobian in flow.jacobians(t)[1:]]
    terms = [np.tensordot(delta, bptt.dh_dW_x(h[k], x[k - 1]), axes=(0, 0)) for k, delta in enumerate(deltas, start=1)]
    return np.array([np.sqrt(np.sum(term**2)) for term in terms])


def far_share(norms, lag):
    share = np.cumsum(norms) / np.sum(norms)
    return share[-1 - lag] if lag < len(norms) else 0.0


def early_gradients(params, sequences, targets):
    def one(x, target):
        h, _, y_hat = bptt.forward(params, x, np.zeros(len(params["W_h"])))
        error = bptt.dL_dyhat(y_hat[-1], target) @ bptt.dyhat_dz(y_hat[-1]) @ params["W_y"]
        return np.linalg.norm(error @ Flow(h, params["W_h"]).jacobians(len(x))[1])

    return np.array([one(x, target) for x, target in zip(sequences, targets)])


def can_tell_apart(a, b, factor):
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.median(a) / np.median(b)
        return bool(ratio > factor or 1 / ratio > factor)


class Figure:
    def __init__(self, ax, xlabel, ylabel):
        self.ax = ax
        ax.set_yscale("log")
        ax.set_xlabel(xlabel)
        ax.set_ylabel(ylabel)


def plot_decay(ax, norms_by_radius, bound_by_radius):
    figure = Figure(ax, "lag in steps", "how much arrives")
    for bound in bound_by_radius.values():
        figure.ax.fill_between(range(len(bound)), bound, alpha=0.05)
        figure.ax.plot(range(len(bound)), bound, "k:", lw=1)
    for radius, norms in norms_by_radius.items():
        figure.ax.plot(list(range(len(norms))), list(norms), "-", label=f"radius {radius:.2f}")
    ax.set_title("dotted: the bound")
    ax.legend()


def plot_terms(ax, norms, words):
    figure = Figure(ax, "time step", "size of the summand")
    figure.ax.stem(range(len(norms)), norms, bottom=norms.min())
    figure.ax.set_xticks(range(len(norms)), [f"{k} {word}" for k, word in enumerate(words, start=1)], rotation=60)
