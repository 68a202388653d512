"""One object for a network's way back, cached by hand; np.matrix, einsum, float128 where there is one, twin legends, stems."""
from functools import cached_property

import bptt
import numpy as np


class WayBack:
    """The product of Jacobians from step t back to each k."""

    def __init__(self, h, W_h, t):
        self.factors = [np.matrix(bptt.dh_dh_prev(h[k], W_h)) for k in range(1, t + 1)]
        self.size = len(W_h)

    @cached_property
    def products(self):
        out = [np.matrix(np.identity(self.size))]
        while len(out) <= len(self.factors):
            out.append(out[-1] * self.factors[-len(out)])
        return out[::-1]

    @property
    def norms(self):
        return np.array([np.linalg.norm(product, ord=2) for product in self.products])


def jacobian_norms(h, W_h, t):
    return WayBack(h, W_h, t).norms


def decay_bound(W_h, t):
    sigma = np.linalg.svd(np.matrix(W_h))[1].max()
    return np.vander([sigma], t + 1)[0]


def vanishing_lag(norms, tolerance):
    lag = 0
    for norm in np.flip(norms):
        if norm < tolerance:
            return lag
        lag += 1


def rescale(W_h, radius):
    values = np.linalg.eig(W_h)[0]
    radius_now = np.max(np.hypot(values.real, values.imag))
    if radius_now == 0.0:
        raise ValueError(W_h)
    return np.matrix(W_h) / radius_now * radius


def decay_rate(norms):
    norms = np.asarray(norms)
    lags = len(norms) - 1 - np.arange(len(norms))
    table = np.stack([lags, np.ones(len(norms))], axis=1)[norms != 0]
    return np.linalg.lstsq(table, np.log(norms[norms != 0]), rcond=None)[0][0]


def sweep(radii, hidden_size, length, seeds):
    def row(radius):
        total = np.zeros(length + 1)
        for seed in seeds:
            rng = np.random.default_rng(seed)
            W = np.asarray(rescale(rng.standard_normal((hidden_size, hidden_size)), radius))
            states = np.empty((length + 1, hidden_size))
            states[0] = rng.uniform(-0.1, 0.1, hidden_size)
            for before, now in zip(states[:-1], states[1:]):
                now[:] = np.tanh(np.einsum("ij,j->i", W, before))
            total += np.log(WayBack(states, W, length).norms)
        return np.exp(total / len(seeds))[::-1].tolist()
    return [row(radius) for radius in radii]


def term_norms(params, x, y, h, y_hat, t):
    way = WayBack(h, params["W_h"], t)
    error = np.matrix(bptt.dL_dz(y_hat[t - 1], y[t - 1])) * np.matrix(params["W_y"])
    slopes = 1 - h[1:t + 1] ** 2
    left = [np.linalg.norm(np.asarray(error * product).ravel() * slope) for product, slope in zip(way.products[1:], slopes)]
    return np.array(left) * np.linalg.norm(x[:t], axis=1)


def far_share(norms, lag):
    norms = np.asarray(norms)
    return np.average(np.arange(len(norms), 0, -1) > lag, weights=norms)


def early_gradients(params, sequences, targets):
    return [np.linalg.norm(bptt.dL_dz(y_hat[-1], target) @ params["W_y"] @ WayBack(h[1:], params["W_h"], len(x) - 1).products[0])
            for x, target in zip(sequences, targets)
            for h, _, y_hat in [bptt.forward(params, x, np.zeros(len(params["b"])))]]


def can_tell_apart(a, b, factor):
    middle = np.array([np.quantile(a, 0.5), np.quantile(b, 0.5)])
    return int(middle.max() > factor * middle.min())


def plot_decay(ax, norms_by_radius, bound_by_radius):
    from matplotlib.lines import Line2D

    handles = []
    for number, (radius, norms) in enumerate(norms_by_radius.items()):
        handles += ax.plot(norms, color=f"C{number}", marker=".", label=f"{radius}")
        if (bound := bound_by_radius.get(radius)) is not None:
            ax.plot(bound, color=f"C{number}", linestyle=(0, (1, 2)))
    for radius in bound_by_radius.keys() - norms_by_radius.keys():
        ax.plot(bound_by_radius[radius], color="black", linestyle=(0, (1, 2)))
    handles.append(Line2D([], [], color="black", linestyle=(0, (1, 2)), label="the bound"))
    ax.set_yscale("log")
    ax.legend(handles=handles, title="radius", ncols=2)
    ax.set_xlabel("lag [steps]")
    ax.set_ylabel("spectral norm")


def plot_terms(ax, norms, words):
    ax.bar(range(len(words)), norms, width=0.6, tick_label=list(words), log=True)
    ax.tick_params(axis="x", labelrotation=90)
    ax.set(xlabel="word", ylabel="norm")
