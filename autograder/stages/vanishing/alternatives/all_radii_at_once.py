"""Networks of all radii and seeds side by side in one stack of matrices; their colours come from a cycle of its own."""
import bptt
import numpy as np


def _norm2(stack):
    return np.linalg.norm(stack, ord=2, axis=(-2, -1))


def jacobian_norms(h, W_h, t):
    J = np.zeros((t + 1, *W_h.shape))
    J[t] = np.eye(W_h.shape[0])
    for k in reversed(range(t)):
        J[k] = (J[k + 1] * (1 - h[k + 1] ** 2)) @ W_h
    return _norm2(J)


def decay_bound(W_h, t):
    lags = np.arange(t, -1, -1)
    return np.power(np.linalg.norm(W_h, 2), lags)


def vanishing_lag(norms, tolerance):
    below = np.flatnonzero(np.asarray(norms)[::-1] < tolerance)
    return below[0] if below.size else None


def rescale(W_h, radius):
    rho = np.max(np.abs(np.linalg.eigvals(W_h)))
    if rho == 0.0:
        raise ValueError("nilpotent")
    return np.multiply(W_h, radius / rho)


def decay_rate(norms):
    lags = np.arange(len(norms) - 1, -1, -1)
    ok = np.asarray(norms) > 0
    return np.polynomial.polynomial.polyfit(lags[ok], np.log(norms[ok]), 1)[1]


def sweep(radii, hidden_size, length, seeds):
    W, h = [], []
    for radius in radii:
        for seed in seeds:
            rng = np.random.default_rng(seed)
            W.append(rescale(rng.standard_normal((hidden_size,) * 2), radius))
            h.append(rng.uniform(-0.1, 0.1, hidden_size))
    W, states = np.array(W), [np.array(h)[..., None]]
    for _ in range(length):
        states.append(np.tanh(W @ states[-1]))
    J = np.broadcast_to(np.eye(hidden_size), W.shape)
    logs = [np.zeros(len(W))]
    for s in reversed(states[1:]):
        J = J @ ((1 - s**2) * W)
        logs.append(np.log(_norm2(J)))
    return np.exp(np.reshape(np.array(logs).T, (len(radii), len(seeds), length + 1)).mean(axis=1))


def term_norms(params, x, y, h, y_hat, t):
    g = bptt.dL_dz(y_hat[t - 1], y[t - 1]) @ params["W_y"]
    return np.array([np.sqrt(np.sum(np.square(np.outer((g @ bptt.dh_dh(h, params["W_h"], t, k)) * (1 - h[k] ** 2), x[k - 1]))))
                     for k in range(1, t + 1)])


def far_share(norms, lag):
    norms = np.asarray(norms)
    return np.average(np.arange(len(norms), 0, -1) > lag, weights=norms)


def early_gradients(params, sequences, targets):
    """Sequences of one length go through the network together."""
    out = np.zeros(len(sequences))
    lengths = [len(s) for s in sequences]
    for T in set(lengths):
        index = [i for i, n in enumerate(lengths) if n == T]
        x = np.array([sequences[i] for i in index])
        h = [np.zeros((len(index), len(params["b"])))]
        for t in range(T):
            h.append(np.tanh(h[-1] @ params["W_h"].T + x[:, t] @ params["W_x"].T + params["b"]))
        z = h[-1] @ params["W_y"].T
        p = np.exp(z - z.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(len(index)), np.array(targets)[index]] -= 1
        g = p @ params["W_y"]
        for t in range(T, 1, -1):
            g = (g * (1 - h[t] ** 2)) @ params["W_h"]
        out[index] = np.linalg.norm(g, axis=1)
    return out


def can_tell_apart(a, b, factor):
    low, high = sorted([np.median(a), np.median(b)])
    return high > low * factor


def plot_decay(ax, norms_by_radius, bound_by_radius):
    ax.set_prop_cycle(color=["#%02x40%02x" % (25 * i, 250 - 25 * i) for i in range(10)])
    colours = {}
    measured = []
    for radius, norms in norms_by_radius.items():
        measured += ax.plot(norms, label=str(radius))
        colours[radius] = measured[-1].get_color()
    bounds = [ax.plot(b, ":", color=colours.get(r, "k"), label=f"bound ({r})")[0] for r, b in bound_by_radius.items()]
    ax.set_yscale("log")
    ax.set_xlabel("lag in steps")
    ax.set_ylabel("norm")
    ax.legend(handles=measured + bounds, loc="center left", bbox_to_anchor=(1, 0.5))


def plot_terms(ax, norms, words):
    ax.bar(np.arange(len(words)) + 0.5, norms, width=0.3, log=True, tick_label=words)
    ax.set_xlabel("words in order")
    ax.set_ylabel("Frobenius norm")
