"""All factors as one array, all products as another; singular values of the whole stack at once."""

import bptt
import numpy as np


def jacobian_norms(h, W_h, t):
    factors = np.einsum("ti,ij->tij", 1 - h[: t + 1] ** 2, W_h)
    products = np.empty_like(factors)
    products[t] = np.eye(len(W_h))
    for k in range(t - 1, -1, -1):
        np.einsum("ij,jk->ik", products[k + 1], factors[k + 1], out=products[k])
    return np.linalg.norm(products, ord=2, axis=(1, 2))


def decay_bound(W_h, t):
    lags = np.flip(np.arange(t + 1))
    return np.power.outer(np.linalg.norm(W_h, ord=2)[None], lags)[0]


def vanishing_lag(norms, tolerance):
    hits, = np.where(norms < tolerance)
    if not hits.size:
        return None
    return (len(norms) - 1 - hits).min()


def rescale(W_h, radius):
    rho = np.linalg.norm(np.linalg.eigvals(W_h), np.inf)
    if rho == 0:
        raise ValueError("spectral radius is zero")
    return np.einsum(",ij->ij", radius / rho, W_h)


def decay_rate(norms):
    lag = np.arange(len(norms), dtype=float)[::-1]
    keep = norms != 0
    lag, log = lag[keep], np.log(norms[keep])
    centred = lag - lag.mean()
    return np.einsum("i,i", centred, log) / np.einsum("i,i", centred, centred)


def sweep(radii, hidden_size, length, seeds):
    generators = [np.random.default_rng(seed) for seed in seeds]
    raw, start = zip(*[(rng.standard_normal((hidden_size, hidden_size)), rng.uniform(-0.1, 0.1, hidden_size))
                       for rng in generators])
    W = np.array([[rescale(matrix, radius) for matrix in raw] for radius in radii])
    h = np.empty((len(radii), len(seeds), length + 1, hidden_size))
    h[:, :, 0] = start
    for t in range(1, length + 1):
        h[:, :, t] = np.tanh(np.einsum("rsij,rsj->rsi", W, h[:, :, t - 1]))
    norms = np.array([[jacobian_norms(h[r, s], W[r, s], length) for s in range(len(seeds))] for r in range(len(radii))])
    return np.exp(np.log(norms).mean(axis=1))[:, ::-1]


def term_norms(params, x, y, h, y_hat, t):
    terms = np.stack([bptt.term(params, x, y, h, y_hat, t, k) for k in range(1, t + 1)])
    return np.sqrt(np.einsum("khd,khd->k", terms, terms))


def far_share(norms, lag):
    far = np.arange(1, len(norms) + 1) <= len(norms) - lag
    return np.average(far, weights=norms)


def early_gradients(params, sequences, targets):
    norms = np.full(len(sequences), np.nan)
    for n, (x, target) in enumerate(zip(sequences, targets)):
        h, _, y_hat = bptt.forward(params, x, np.zeros_like(params["b"]))
        error = bptt.dL_dz(y_hat[-1], target)
        norms[n] = np.linalg.norm(np.einsum("v,vh,hk", error, params["W_y"], bptt.dh_dh(h, params["W_h"], len(x), 1)))
    return norms


def can_tell_apart(a, b, factor):
    medians = np.array([np.median(a), np.median(b)])
    return np.any(medians > factor * medians[::-1])


def plot_decay(ax, norms_by_radius, bound_by_radius):
    for style, lines in (("-", norms_by_radius), ("--", bound_by_radius)):
        for radius, values in lines.items():
            name = "norm" if style == "-" else "bound"
            ax.plot(np.arange(len(values)), values, style, label=f"{name}, radius {radius:.4g}")
    ax.set(xlabel="lag / steps", ylabel="spectral norm", yscale="log")
    ax.legend()


def plot_terms(ax, norms, words):
    ax.plot(norms, linestyle="none", marker="o")
    ax.set(xlabel="word", ylabel="norm", yscale="log")
    ax.set_xticks(np.arange(len(words)), labels=words)
