"""Norms from the eigenvalues of J J^T, scaled first so that the square fits; a twin axis for the shares."""
import bptt
import numpy as np
from matplotlib.ticker import PercentFormatter


def _norm(J):
    size = np.abs(J).max()
    if size == 0:
        return 0.0
    S = J / size
    return size * np.sqrt(np.linalg.eigvalsh(S @ S.T)[-1])


def jacobian_norms(h, W_h, t):
    J = np.eye(len(W_h))
    norms = np.ones(t + 1)
    for lag in range(1, t + 1):
        J = J @ bptt.dh_dh_prev(h[t - lag + 1], W_h)
        norms[-1 - lag] = _norm(J)
    return norms


def decay_bound(W_h, t):
    return _norm(W_h) ** np.arange(t, -1, -1)


def vanishing_lag(norms, tolerance):
    t = len(norms) - 1
    lag = 0
    while lag <= t:
        if norms[t - lag] < tolerance:
            return lag
        lag += 1


def rescale(W_h, radius):
    eigenvalues = np.linalg.eigvals(W_h).astype(complex)
    rho = np.max(np.hypot(eigenvalues.real, eigenvalues.imag))
    if rho > 0:
        return radius / rho * W_h
    raise ValueError("this matrix cannot be rescaled")


def decay_rate(norms):
    lag = np.arange(len(norms))[::-1].astype(float)
    lag, logs = lag[norms != 0], np.log(norms[norms != 0])
    covariance = np.cov(lag, logs)
    return covariance[0, 1] / covariance[0, 0]


def sweep(radii, hidden_size, length, seeds):
    cube = np.empty((len(seeds), len(radii), length + 1))
    for s, seed in enumerate(seeds):
        for r, radius in enumerate(radii):
            rng = np.random.default_rng(seed)
            W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
            h = [rng.uniform(-0.1, 0.1, hidden_size)]
            for _ in range(length):
                h.append(np.tanh(W_h @ h[-1]))
            cube[s, r] = jacobian_norms(np.array(h), W_h, length)[::-1]
    with np.errstate(divide="ignore"):
        return np.exp(np.log(cube).mean(axis=0))


def term_norms(params, x, y, h, y_hat, t):
    def size(k):
        G = bptt.term(params, x, y, h, y_hat, t, k)
        return np.sqrt(np.trace(G @ G.T))
    return np.array([size(k) for k in np.arange(1, t + 1)])


def far_share(norms, lag):
    far = norms[:-lag] if lag else norms        # -lag beyond the start gives an empty slice
    return far.sum() / norms.sum()


def early_gradients(params, sequences, targets):
    out = np.empty(len(sequences))
    h_0 = np.zeros(params["W_h"].shape[0])
    for i, (x, target) in enumerate(zip(sequences, targets)):
        h, z, y_hat = bptt.forward(params, x, h_0)
        dz = bptt.dL_dz(y_hat[-1], target)
        out[i] = np.linalg.norm(dz @ params["W_y"] @ bptt.dh_dh(h, params["W_h"], len(h) - 1, 1))
    return out


def can_tell_apart(a, b, factor):
    a, b = np.median(a), np.median(b)
    return bool(a > b * factor) or bool(b > a * factor)


def plot_decay(ax, norms_by_radius, bound_by_radius):
    import matplotlib.pyplot as plt

    radii = sorted({*norms_by_radius, *bound_by_radius})
    colours = plt.get_cmap("gnuplot2")(np.linspace(0, 0.85, len(radii)))
    for radius, colour in zip(radii, colours):
        if radius in norms_by_radius:
            ax.plot(norms_by_radius[radius], color=colour, label=f"$\\rho(W_h) = {radius:g}$")
        if radius in bound_by_radius:
            ax.plot(bound_by_radius[radius], color=colour, ls=":", label=f"its bound ({radius:g})")
    ax.set_yscale("log", base=2)
    ax.set_xlabel("lag $t - k$ in steps")
    ax.set_ylabel("norm")
    ax.legend()
    top = ax.secondary_yaxis("right", functions=(lambda v: v, lambda v: v))
    top.set_ylabel("the same")


def plot_terms(ax, norms, words):
    norms = np.asarray(norms)
    ax.bar(range(len(norms)), norms, color="steelblue")
    ax.set_yscale("log")
    ax.set_xticks(range(len(norms)), words, rotation=45)
    ax.set_xlabel("word")
    ax.set_ylabel("norm of the summand", color="steelblue")
    twin = ax.twinx()
    twin.plot(range(len(norms)), np.cumsum(norms) / np.sum(norms), "k.-")
    twin.yaxis.set_major_formatter(PercentFormatter(1))
    twin.set_ylabel("share of the sum up to here")
