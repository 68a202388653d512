"""Everything in logarithms: products keep a scale of their own, sums are log-sum-exp."""
import bptt
import numpy as np
from matplotlib.ticker import LogLocator


def _log_norms(h, W_h, t):
    """log of the norm at lag 0, 1, ..., t; good far below what a float can hold."""
    J, scale, logs = np.eye(len(W_h)), 0.0, [0.0]
    for k in range(t, 0, -1):
        J = J @ bptt.dh_dh_prev(h[k], W_h)
        size = np.linalg.norm(J, 2)
        if size == 0:
            logs += [-np.inf] * k
            break
        J, scale = J / size, scale + np.log(size)
        logs.append(scale)
    return np.array(logs)


def jacobian_norms(h, W_h, t):
    return np.exp(_log_norms(h, W_h, t))[::-1]


def decay_bound(W_h, t):
    sigma = np.linalg.norm(W_h, 2)
    lag = np.arange(t, -1, -1)
    return np.where(lag == 0, 1.0, np.exp(lag * np.log(sigma)) if sigma > 0 else 0.0)


def vanishing_lag(norms, tolerance):
    if not np.any(norms < tolerance):
        return None
    return int(np.argmax(norms[::-1] < tolerance))


def rescale(W_h, radius):
    rho = np.abs(np.linalg.eigvals(W_h)).max()
    if rho == 0:
        raise ValueError("spectral radius 0")
    return radius * W_h / rho


def decay_rate(norms):
    lag = np.arange(norms.size)[::-1]
    lag, logs = lag[norms != 0], np.log(norms[norms != 0])
    return np.dot(lag - lag.mean(), logs) / np.var(lag) / len(lag)


def sweep(radii, hidden_size, length, seeds):
    out = np.zeros((len(radii), length + 1))
    for row, radius in zip(out, radii):
        for seed in seeds:
            rng = np.random.default_rng(seed)
            W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
            h = [rng.uniform(-0.1, 0.1, hidden_size)]
            for _ in range(length):
                h.append(np.tanh(W_h @ h[-1]))
            row += _log_norms(np.array(h), W_h, length) / len(seeds)
    return np.exp(out)


def term_norms(params, x, y, h, y_hat, t):
    norms = np.zeros(t)
    for k in range(1, t + 1):
        G = bptt.term(params, x, y, h, y_hat, t, k)
        size = np.abs(G).max()
        norms[k - 1] = size * np.linalg.norm(G / size) if size > 0 else 0
    return norms


def far_share(norms, lag):
    with np.errstate(divide="ignore"):
        logs = np.log(norms)
    far = logs[:max(len(logs) - lag, 0)]
    return float(np.exp(np.logaddexp.reduce(far, initial=-np.inf) - np.logaddexp.reduce(logs)))


def early_gradients(params, sequences, targets):
    values = []
    for x, target in zip(sequences, targets):
        h, _, y_hat = bptt.forward(params, x, np.zeros(len(params["b"])))
        g = bptt.dL_dz(y_hat[-1], target) @ bptt.dz_dh(params["W_y"])
        for h_t in h[:1:-1]:
            g = g @ bptt.dh_dh_prev(h_t, params["W_h"])
        values.append(np.hypot.reduce(np.abs(g)))
    return np.array(values)


def can_tell_apart(a, b, factor):
    a, b = np.median(a), np.median(b)
    return bool(a > factor * b) | bool(b > factor * a)


def plot_decay(ax, norms_by_radius, bound_by_radius):
    from itertools import product

    looks = product(["-", "--"], [1.0, 2.5], ["", ".", "s"], [f"C{i}" for i in range(9)])
    for radius, norms in sorted(norms_by_radius.items()):
        ls, lw, marker, colour = next(looks)
        ax.plot(np.arange(len(norms)), norms, color=colour, ls=ls, lw=lw, marker=marker, label=f"$\\rho$ = {radius:g}")
    looks = product([0.8, 1.6, 3.2], [f"C{i}" for i in range(9)])
    for radius, bound in sorted(bound_by_radius.items()):
        lw, colour = next(looks)
        ax.plot(np.arange(len(bound)), bound, color=colour, ls=":", lw=lw, label=f"$\\sigma_{{\\max}}^{{lag}}$, bound for $\\rho$ = {radius:g}")
    ax.set_xscale("symlog", linthresh=10)
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(numticks=12))
    ax.set(xlabel="lag (steps)", ylabel="norm", title="What arrives")
    ax.legend(loc="best", fontsize=8)


def plot_terms(ax, norms, words):
    k = np.arange(len(norms))
    bars = ax.bar(k, norms, width=0.6, log=True, color=["C1" if n == max(norms) else "C0" for n in norms])
    ax.bar_label(bars, [f"{n:.0e}" for n in norms], fontsize=6)
    ax.set_xticks(k, words, rotation=45, ha="right")
    ax.set(xlabel="word", ylabel="norm")
