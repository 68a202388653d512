"""Keeps every product at norm 1 and its size as a logarithm, so that nothing could underflow."""

import bptt
import numpy as np


def log_jacobian_norms(h, W_h, t):
    product, log_size, logs = np.eye(len(W_h)), 0.0, [0.0]
    for k in range(t, 0, -1):
        product = product @ bptt.dh_dh_prev(h[k], W_h)
        size = np.linalg.norm(product, 2)
        if size == 0:
            return logs + [-np.inf] * (t + 1 - len(logs))
        product, log_size = product / size, log_size + np.log(size)
        logs.append(log_size)
    return logs


def jacobian_norms(h, W_h, t):
    return np.exp(np.array(log_jacobian_norms(h, W_h, t)))[::-1]


def decay_bound(W_h, t):
    sigma = np.linalg.norm(W_h, 2)
    if sigma == 0:
        return np.array([float(k == t) for k in range(t + 1)])
    return np.exp(np.log(sigma) * np.arange(t, -1, -1))


def vanishing_lag(norms, tolerance):
    lags = {len(norms) - 1 - k for k, norm in enumerate(norms) if not norm >= tolerance}
    return min(lags) if lags else None


def rescale(W_h, radius):
    rho = np.abs(np.linalg.eigvals(W_h)).max()
    if rho == 0:
        raise ValueError("W_h has spectral radius 0")
    return np.exp(np.log(radius) - np.log(rho)) * W_h if radius > 0 else np.zeros_like(W_h)


def decay_rate(norms):
    lags = np.arange(len(norms))[::-1]
    kept = norms > 0
    slope = np.linalg.pinv(np.vander(lags[kept], 2)) @ np.log(norms[kept])
    return slope[0].item()


def sweep(radii, hidden_size, length, seeds):
    table = np.zeros((len(seeds), len(radii), length + 1))
    for s, seed in enumerate(seeds):
        for r, radius in enumerate(radii):
            rng = np.random.default_rng(seed)
            W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
            h = np.zeros((length + 1, hidden_size))
            h[0] = rng.uniform(-0.1, 0.1, hidden_size)
            for t in range(length):
                h[t + 1] = np.tanh(W_h @ h[t])
            table[s, r] = log_jacobian_norms(h, W_h, length)
    return np.exp(table.mean(axis=0))


def term_norms(params, x, y, h, y_hat, t):
    def norm(k):
        matrix = bptt.term(params, x, y, h, y_hat, t, k)
        largest = np.abs(matrix).max()
        return largest * np.linalg.norm(matrix / largest) if largest > 0 else 0.0

    return np.array([norm(k + 1) for k in range(t)])


def far_share(norms, lag):
    near = norms[max(len(norms) - lag, 0):]
    far = norms[:len(norms) - len(near)]
    return far.sum() / np.concatenate([near, far]).sum()


def early_gradients(params, sequences, targets):
    norms = []
    for x, target in zip(sequences, targets):
        h, _, y_hat = bptt.forward(params, x, np.zeros(params["b"].shape))
        row = bptt.dL_dz(y_hat[-1], target) @ params["W_y"]
        log_size = np.log(np.linalg.norm(row))
        row = row / np.linalg.norm(row)
        for state in h[:1:-1]:
            row = row @ bptt.dh_dh_prev(state, params["W_h"])
            log_size += np.log(np.linalg.norm(row))
            row = row / np.linalg.norm(row)
        norms.append(np.exp(log_size))
    return np.array(norms)


def can_tell_apart(a, b, factor):
    larger, smaller = max(np.median(a), np.median(b)), min(np.median(a), np.median(b))
    return bool(larger > 0) if smaller == 0 else bool(larger / smaller > factor)


def plot_decay(ax, norms_by_radius, bound_by_radius):
    for radius, norms in norms_by_radius.items():
        ax.errorbar(np.arange(len(norms)), norms, fmt="-", label=f"radius {str(radius).replace('.', ',')}")
    for radius, bound in bound_by_radius.items():
        ax.step(np.arange(len(bound)), bound, where="mid", label=f"Schranke für {radius:g}")
    ax.set_yscale("log")
    ax.set_xlabel("lag (steps)")
    ax.set_ylabel("Norm")
    ax.legend()


def plot_terms(ax, norms, words):
    left = np.arange(len(norms))
    ax.bar(left, norms, align="edge", width=0.8)
    ax.set_yscale("log")
    ax.set_xticks(left + 0.4, words)
    ax.set_xlabel("word")
    ax.set_ylabel("norm")
