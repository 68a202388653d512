import bptt
import numpy as np


def jacobian_norms(h, W_h, t):
    norms = np.empty(t + 1)
    J = np.eye(len(W_h))
    norms[t] = 1.0
    for k in range(t, 0, -1):
        J = J @ bptt.dh_dh_prev(h[k], W_h)
        norms[k - 1] = np.linalg.norm(J, 2)
    return norms


def decay_bound(W_h, t):
    return np.linalg.norm(W_h, 2) ** np.arange(t, -1, -1)


def vanishing_lag(norms, tolerance):
    for lag, norm in enumerate(norms[::-1]):
        if norm < tolerance:
            return lag
    return None


def rescale(W_h, radius):
    rho = np.abs(np.linalg.eigvals(W_h)).max()
    if rho == 0:
        raise ValueError("the spectral radius of W_h is 0")
    return W_h / rho * radius


def decay_rate(norms):
    lags = np.arange(len(norms))[::-1]
    there = norms > 0
    return np.polyfit(lags[there], np.log(norms[there]), 1)[0]


def sweep(radii, hidden_size, length, seeds):
    table = np.zeros((len(radii), length + 1))
    for i, radius in enumerate(radii):
        for seed in seeds:
            rng = np.random.default_rng(seed)
            W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
            h = np.zeros((length + 1, hidden_size))
            h[0] = rng.uniform(-0.1, 0.1, hidden_size)
            for t in range(length):
                h[t + 1] = np.tanh(W_h @ h[t])
            with np.errstate(divide="ignore"):
                table[i] += np.log(jacobian_norms(h, W_h, length)[::-1])
    return np.exp(table / len(seeds))


def term_norms(params, x, y, h, y_hat, t):
    return np.array([np.linalg.norm(bptt.term(params, x, y, h, y_hat, t, k)) for k in range(1, t + 1)])


def far_share(norms, lag):
    return norms[:max(len(norms) - lag, 0)].sum() / norms.sum()


def early_gradients(params, sequences, targets):
    out = []
    for x, target in zip(sequences, targets):
        h, z, y_hat = bptt.forward(params, x, np.zeros(len(params["b"])))
        T = len(x)
        g = bptt.dL_dz(y_hat[-1], target) @ bptt.dz_dh(params["W_y"]) @ bptt.dh_dh(h, params["W_h"], T, 1)
        out.append(np.linalg.norm(g))
    return np.array(out)


def can_tell_apart(a, b, factor):
    low, high = sorted([np.median(a), np.median(b)])
    return bool(high > factor * low)


def plot_decay(ax, norms_by_radius, bound_by_radius):
    import matplotlib as mpl

    radii = sorted({*norms_by_radius, *bound_by_radius})
    colours = dict(zip(radii, mpl.colormaps["viridis"](np.linspace(0, 0.9, len(radii)))))
    for radius, norms in norms_by_radius.items():
        ax.plot(norms, color=colours[radius], label=f"radius {radius:g}")
    for radius, bound in bound_by_radius.items():
        ax.plot(bound, "--", color=colours[radius])
    ax.plot([], [], "--", color="black", label="bound")
    ax.set_yscale("log")
    ax.set_xlabel("lag (steps)")
    ax.set_ylabel("norm")
    ax.legend()


def plot_terms(ax, norms, words):
    at = np.arange(len(words))
    ax.bar(at, norms)
    ax.set_yscale("log")
    ax.set_xticks(at, words, rotation=45)
    ax.set_xlabel("word")
    ax.set_ylabel("norm of the summand")
