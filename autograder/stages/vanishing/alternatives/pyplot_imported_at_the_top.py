"""Imports pyplot and bptt's names at the top, as many do, and still draws on the Axes it is given."""

import matplotlib.pyplot as plt
import numpy as np
from bptt import dh_dh_prev, dL_dz, dz_dh, forward, term
from matplotlib.lines import Line2D


def jacobian_norms(h, W_h, t):
    if t == 0:
        return np.array([1.0])
    J = dh_dh_prev(h[t], W_h)
    norms = [1.0, np.linalg.norm(J, 2)]
    for k in range(t - 1, 0, -1):
        J = J @ dh_dh_prev(h[k], W_h)
        norms.append(np.linalg.norm(J, 2))
    return np.array(list(reversed(norms)))


def decay_bound(W_h, t):
    bound = np.zeros(t + 1)
    bound[-1] = 1
    for k in range(t - 1, -1, -1):
        bound[k] = bound[k + 1] * np.linalg.norm(W_h, 2)
    return bound


def vanishing_lag(norms, tolerance):
    k = len(norms) - 1
    while k >= 0:
        if norms[k] < tolerance:
            return len(norms) - 1 - k
        k -= 1
    return None


def rescale(W_h, radius):
    W = np.array(W_h, dtype=float)
    current = np.max(np.absolute(np.linalg.eigvals(W)))
    if current < 1e-300:
        raise ValueError("spectral radius of W_h is 0")
    W *= radius / current
    return W


def decay_rate(norms):
    lags = (len(norms) - 1) - np.arange(len(norms))
    mask = ~np.isclose(norms, 0, rtol=0, atol=0)
    line = np.polynomial.Polynomial.fit(lags[mask], np.log(norms[mask]), 1)
    return line.convert().coef[1] if len(line.convert().coef) > 1 else 0.0


def sweep(radii, hidden_size, length, seeds):
    result = np.zeros((len(radii), length + 1))
    for r in range(len(radii)):
        collected = []
        for seed in seeds:
            rng = np.random.default_rng(seed=seed)
            W_h = rescale(rng.standard_normal(size=(hidden_size, hidden_size)), radii[r])
            h_0 = rng.uniform(low=-0.1, high=0.1, size=hidden_size)
            h = np.zeros((length + 1, hidden_size))
            h[0, :] = h_0
            for i in range(length):
                h[i + 1, :] = np.tanh(np.dot(W_h, h[i, :]))
            collected.append(np.log(np.flip(jacobian_norms(h, W_h, length))))
        result[r, :] = np.exp(np.mean(np.array(collected), axis=0))
    return result


def term_norms(params, x, y, h, y_hat, t):
    out = np.zeros(t)
    for k in range(1, t + 1):
        out[k - 1] = np.linalg.norm(term(params, x, y, h, y_hat, t, k).ravel())
    return out


def far_share(norms, lag):
    t = len(norms)
    if t - lag <= 0:
        return 0.0
    near = np.sum(norms[t - lag:])
    far = np.sum(norms[:t - lag])
    return far / (far + near)


def early_gradients(params, sequences, targets):
    out = []
    for x, target in zip(sequences, targets):
        h, _, y_hat = forward(params, x, np.zeros(params["W_h"].shape[0]))
        g = dz_dh(params["W_y"]).T @ dL_dz(y_hat[len(x) - 1], target)
        t = len(x)
        while t > 1:
            g = dh_dh_prev(h[t], params["W_h"]).T @ g
            t -= 1
        out.append(np.linalg.norm(g))
    return np.array(out)


def can_tell_apart(a, b, factor):
    a, b = np.median(a), np.median(b)
    if a == b:
        return bool(factor < 1)
    return bool(max(a, b) > min(a, b) * factor)


def plot_decay(ax, norms_by_radius, bound_by_radius):
    colours = plt.get_cmap("viridis")(np.linspace(0, 0.9, max(len(norms_by_radius), 1)))
    handles = []
    for colour, (radius, norms) in zip(colours, norms_by_radius.items()):
        ax.plot(range(len(norms)), norms, color=colour)
        handles.append(Line2D([], [], color=colour, label=f"spectral radius = {radius:.3f}"))
        if radius in bound_by_radius:
            ax.plot(range(len(norms)), bound_by_radius[radius], color=colour, ls="dotted")
    handles.append(Line2D([], [], color="k", ls="dotted", label="upper bound"))
    ax.set_yscale("log")
    ax.set_xlabel("Lag (steps)")
    ax.set_ylabel("Gradient norm")
    ax.set_title("Vanishing gradients")
    ax.grid(True)
    ax.legend(handles=handles)


def plot_terms(ax, norms, words):
    x = list(range(len(norms)))
    ax.bar(x, norms, color="tab:blue")
    ax.axvspan(-0.5, 0.5, color="orange", alpha=0.2)
    ax.set_yscale("log")
    ax.set_xticks(x)
    ax.set_xticklabels(words, rotation=45)
    ax.set_xlabel("Word")
    ax.set_ylabel("Frobenius norm")
