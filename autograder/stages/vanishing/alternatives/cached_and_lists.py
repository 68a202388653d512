"""functools.cache on hashable keys (the bytes), plain Python lists for numbers, log-sum-exp scaling, statistics module."""
import functools
import math
import statistics

import bptt
import numpy as np


@functools.lru_cache(maxsize=64)
def _norms(h_bytes, w_bytes, h_shape, w_shape, t):
    h = np.frombuffer(h_bytes).reshape(h_shape)
    W = np.frombuffer(w_bytes).reshape(w_shape)
    J, out = np.eye(w_shape[0]), [1.0]
    for k in range(t, 0, -1):
        J = (J * (1 - h[k] ** 2)) @ W
        out.append(float(np.linalg.norm(J, 2)))
    return tuple(reversed(out))


def jacobian_norms(h, W_h, t):
    h, W_h = np.ascontiguousarray(h, float), np.ascontiguousarray(W_h, float)
    return list(_norms(h.tobytes(), W_h.tobytes(), h.shape, W_h.shape, int(t)))


def decay_bound(W_h, t):
    sigma = float(np.linalg.norm(W_h, 2))
    return [sigma ** (t - k) for k in range(t)] + [1.0]


def vanishing_lag(norms, tolerance):
    lags = {len(norms) - 1 - k for k in range(len(norms)) if norms[k] < tolerance}
    return min(lags, default=None)


def rescale(W_h, radius):
    rho = float(abs(np.linalg.eigvals(W_h)).max())
    try:
        factor = radius / rho
    except ZeroDivisionError:
        raise ValueError("rho(W_h) = 0") from None
    return [[factor * w for w in row] for row in W_h.tolist()]


def decay_rate(norms):
    pairs = [(len(norms) - 1 - k, math.log(n)) for k, n in enumerate(norms) if n != 0]
    return statistics.linear_regression(*zip(*pairs)).slope


def sweep(radii, hidden_size, length, seeds):
    def network(seed):
        rng = np.random.default_rng(seed)
        return rng.standard_normal((hidden_size, hidden_size)), rng.uniform(-0.1, 0.1, hidden_size)
    networks = [network(s) for s in seeds]
    rows = []
    for radius in radii:
        runs = []
        for base, h_0 in networks:
            W = np.array(rescale(base, radius))
            h = functools.reduce(lambda states, _: states + [np.tanh(W @ states[-1])], range(length), [h_0])
            runs.append(jacobian_norms(np.array(h), W, length)[::-1])
        rows.append([math.exp(statistics.fmean(map(math.log, column))) for column in zip(*runs)])
    return rows


def term_norms(params, x, y, h, y_hat, t):
    out = []
    for k in range(t):
        out.append(math.sqrt(sum(v * v for v in np.ravel(bptt.term(params, x, y, h, y_hat, t, k + 1)).tolist())))
    return out


def far_share(norms, lag):
    if lag <= 0:
        return 1
    return sum(list(norms)[:-lag]) / sum(norms)


def early_gradients(params, sequences, targets):
    def one(x, y):
        h, _, y_hat = bptt.forward(params, x, np.zeros(params["b"].shape))
        row = np.array(bptt.dL_dyhat(y_hat[-1], y)) @ bptt.dyhat_dz(y_hat[-1]) @ bptt.dz_dh(params["W_y"])
        for t in range(len(x), 1, -1):
            row = row @ bptt.dh_dh_prev(h[t], params["W_h"])
        return np.sqrt(row @ row)
    return list(map(one, sequences, targets))


def can_tell_apart(a, b, factor):
    x, y = statistics.median(list(a)), statistics.median(list(b))
    return 1 if x > factor * y or y > factor * x else 0


def plot_decay(ax, norms_by_radius, bound_by_radius):
    for i, r in enumerate({**norms_by_radius, **bound_by_radius}):
        if r in norms_by_radius:
            ax.plot(norms_by_radius[r], color=f"C{i}", ls="solid", label=f"norm, radius = {r}")
        if r in bound_by_radius:
            ax.plot(bound_by_radius[r], color=f"C{i}", ls="dotted", label=f"upper bound, radius = {r}")
    ax.set(yscale="log", xlabel="lag (number of steps)", ylabel="norm")
    ax.legend(fontsize=6)


def plot_terms(ax, norms, words):
    for i, (n, w) in enumerate(zip(norms, words)):
        ax.bar(i, n, color="C0")
    ax.set_yscale("log")
    ax.set_xticks(list(range(len(words))))
    ax.set_xticklabels(words)
    ax.set_ylabel("norm")
    ax.set_xlabel("word")
