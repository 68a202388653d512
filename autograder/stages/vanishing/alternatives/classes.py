"""Objects with __call__; a network remembers its run."""
import functools
from dataclasses import dataclass

import bptt
import matplotlib
import numpy as np


@dataclass(eq=False)
class Chain:
    """The product dh_t/dh_k with its scale kept apart, so that it cannot underflow on the way."""

    W_h: np.ndarray

    def __post_init__(self):
        self.J = np.eye(len(self.W_h))
        self.log2 = 0

    def times(self, h_k):
        self.J = self.J @ bptt.dh_dh_prev(h_k, self.W_h)
        _, power = np.frexp(np.abs(self.J).max())
        self.J = np.ldexp(self.J, -power)               # exact
        self.log2 += int(power)
        return self

    @property
    def norm(self):
        return np.ldexp(np.linalg.svd(self.J, compute_uv=False)[0], self.log2)


class JacobianNorms:
    def __call__(self, h, W_h, t):
        chain = Chain(W_h)
        return np.array([1.0, *(chain.times(h[k]).norm for k in range(t, 0, -1))])[::-1]


class Network:
    def __init__(self, radius, hidden_size, seed):
        rng = np.random.default_rng(seed)
        self.W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
        self.h_0 = rng.uniform(-0.1, 0.1, hidden_size)

    @functools.lru_cache(maxsize=8)
    def states(self, length):
        h = [self.h_0]
        while len(h) <= length:
            h.append(np.tanh(self.W_h @ h[-1]))
        return np.array(h)

    def decay(self, length):
        return jacobian_norms(self.states(length), self.W_h, length)[::-1]


class Sweep:
    def __call__(self, radii, hidden_size, length, seeds):
        return np.array([self.row(radius, hidden_size, length, seeds) for radius in radii]).reshape(-1, length + 1)

    def row(self, radius, hidden_size, length, seeds):
        with np.errstate(divide="ignore"):
            return np.exp(np.mean([np.log(Network(radius, hidden_size, seed).decay(length)) for seed in seeds], axis=0))


class EarlyGradient:
    def __init__(self, params):
        self.params = params

    def __call__(self, x, target):
        h, _, y_hat = bptt.forward(self.params, x, np.zeros(len(self.params["W_h"])))
        g = bptt.dL_dz(y_hat[len(x) - 1], target) @ bptt.dz_dh(self.params["W_y"])
        for t in range(len(x), 1, -1):
            g = g @ bptt.dh_dh_prev(h[t], self.params["W_h"])
        return np.sqrt(g @ g)


jacobian_norms = JacobianNorms()
sweep = Sweep()


def decay_bound(W_h, t):
    sigma = np.linalg.norm(W_h, ord=2)
    bound = np.ones(t + 1)
    for k in range(t - 1, -1, -1):
        bound[k] = bound[k + 1] * sigma
    return bound


def vanishing_lag(norms, tolerance):
    below = (norms < tolerance)[::-1]
    return int(below.argmax()) if below.any() else None


def rescale(W_h, radius):
    rho = np.linalg.norm(np.linalg.eigvals(W_h), np.inf)
    if rho == 0.0:
        raise ValueError("no multiple of this matrix has another spectral radius")
    return np.array(W_h) * (radius / rho)


def decay_rate(norms):
    t = len(norms) - 1
    lags, logs = np.array([(t - k, np.log(n)) for k, n in enumerate(norms) if n > 0]).T
    lags = lags - lags.mean()
    return lags @ (logs - logs.mean()) / (lags @ lags)


def term_norms(params, x, y, h, y_hat, t):
    terms = [bptt.term(params, x, y, h, y_hat, t, k) for k in range(1, t + 1)]
    return np.linalg.norm(np.array(terms), axis=(1, 2))


def far_share(norms, lag):
    if lag >= len(norms):
        return 0
    return float(np.sum(norms[:len(norms) - lag]) / np.sum(norms))


def early_gradients(params, sequences, targets):
    return np.array(list(map(EarlyGradient(params), sequences, targets)))


def can_tell_apart(a, b, factor):
    small, large = np.sort([np.median(a), np.median(b)])
    return np.greater(large, factor * small)


class DecayPlot:
    """Its colours come from the radii themselves."""

    def __call__(self, ax, norms_by_radius, bound_by_radius):
        self.ax = ax
        order = sorted(set(norms_by_radius) | set(bound_by_radius))
        cmap = matplotlib.colormaps["cividis"].resampled(max(len(order), 2))
        self.colour = {r: cmap(i) for i, r in enumerate(order)}
        self.draw(norms_by_radius, "-", "radius {:g}")
        self.draw(bound_by_radius, (0, (1, 1)), "bound for radius {:g}")
        ax.set_yscale("log")
        ax.set_xlabel("lag in steps")
        ax.set_ylabel("spectral norm")
        ax.grid(True, which="both", alpha=0.3)
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))

    def draw(self, by_radius, linestyle, label):
        for radius, values in by_radius.items():
            self.ax.plot(range(len(values)), values, linestyle=linestyle, color=self.colour[radius], label=label.format(radius))


def plot_decay(ax, norms_by_radius, bound_by_radius):
    DecayPlot()(ax, norms_by_radius, bound_by_radius)


class TermPlot:
    def __call__(self, ax, norms, words):
        bars = ax.bar([f"{k}" for k in range(1, len(norms) + 1)], norms, color="tab:orange", edgecolor="black")
        ax.set_yscale("log")
        ax.set_xticks([bar.get_x() + bar.get_width() / 2 for bar in bars], labels=words, rotation=40, ha="right")
        ax.set_xlabel("word read at step k")
        ax.set_ylabel("size of the summand")


plot_terms = TermPlot()
