"""Calls stage 1's long factor step by step, and NumPy's masked arrays, dicts and sorting for the rest."""

import bptt
import numpy as np


def jacobian_norms(h, W_h, t):
    long_factor = bptt.dh_dh(h, W_h, t, t)
    norms = np.zeros(t + 1)
    norms[t] = np.linalg.norm(long_factor, 2)
    for k in range(t - 1, -1, -1):
        long_factor = long_factor.dot(bptt.dh_dh(h, W_h, k + 1, k))
        norms[k] = np.linalg.norm(long_factor, 2)
    return norms


def decay_bound(W_h, t):
    largest = np.linalg.svd(W_h, compute_uv=False)[0]
    bound = {k: largest ** (t - k) for k in range(t + 1)}
    return np.array(list(bound.values()))


def vanishing_lag(norms, tolerance):
    lags = np.ma.masked_where(norms >= tolerance, np.arange(len(norms))[::-1])
    return None if lags.mask.all() else int(lags.min())


def rescale(W_h, radius):
    lengths = np.hypot(np.linalg.eigvals(W_h).real, np.linalg.eigvals(W_h).imag)
    if not lengths.any():
        raise ValueError("all eigenvalues are 0")
    return W_h * radius / lengths.max()


def decay_rate(norms):
    logs = np.ma.log(np.ma.masked_equal(norms, 0.0))
    return float(np.ma.polyfit(np.ma.arange(len(norms))[::-1], logs, 1)[0])


def sweep(radii, hidden_size, length, seeds):
    rows = {}
    for radius in radii:
        logs = []
        for seed in seeds:
            rng = np.random.default_rng(seed)
            W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
            h_0 = rng.uniform(-0.1, 0.1, hidden_size)
            params = {"W_x": np.zeros((hidden_size, 0)), "W_h": W_h, "b": np.zeros(hidden_size),
                      "W_y": np.eye(hidden_size)}
            h, *_ = bptt.forward(params, np.zeros((length, 0)), h_0)
            logs.append(np.log(jacobian_norms(h, W_h, length)))
        rows[radius] = np.exp(np.average(logs, axis=0))[::-1]
    return np.array([rows[radius] for radius in radii])


def term_norms(params, x, y, h, y_hat, t):
    return np.array([np.linalg.svd(bptt.term(params, x, y, h, y_hat, t, k + 1), compute_uv=False)[0] for k in range(t)])


def far_share(norms, lag):
    return norms[:-lag or None].sum() / norms.sum() if lag < len(norms) else 0.0


def early_gradients(params, sequences, targets):
    def gradient(x, target):
        h, _, y_hat = bptt.forward(params, x, np.zeros(len(params["W_h"])))
        return bptt.dL_dz(y_hat[-1], target) @ bptt.dz_dh(params["W_y"]) @ bptt.dh_dh(h, params["W_h"], len(h) - 1, 1)

    return np.linalg.norm([gradient(x, target) for x, target in zip(sequences, targets)], axis=1)


def can_tell_apart(a, b, factor):
    def middle(values):
        ordered = np.sort(values)
        return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2

    return not (middle(a) <= factor * middle(b) and middle(b) <= factor * middle(a))


def plot_decay(ax, norms_by_radius, bound_by_radius):
    for bound in reversed(bound_by_radius.values()):
        ax.plot(bound, color="0.6", label="_hidden")
    for radius in sorted(norms_by_radius, reverse=True):
        norms = norms_by_radius[radius]
        ax.plot(np.arange(len(norms))[::-1], norms[::-1], label=f"{radius}", linewidth=2)
    ax.set_yscale("log", base=10)
    ax.set_xlabel("lag (steps)")
    ax.set_ylabel("norm of the Jacobian")
    ax.legend(title="radius; grey: bound")
    ax.set_title("grey: the bound")


def plot_terms(ax, norms, words):
    for k in range(len(norms) - 1, -1, -1):
        ax.bar(f"{k + 1} {words[k]}", norms[k], color="tab:green")
    ax.set_yscale("log")
    ax.set_xlabel("step and word")
    ax.set_ylabel("norm of the summand")
