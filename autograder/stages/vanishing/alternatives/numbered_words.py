"""Recursive definitions, as in the lecture; words with their numbers under the bars."""
import bptt
import numpy as np
from matplotlib.patches import Rectangle


def doubling(factors):
    """All products of the first n factors, n = 1..len, with halves joined: the depth is log2."""
    if len(factors) <= 1:
        return list(factors)
    middle = len(factors) // 2
    left, right = doubling(factors[:middle]), doubling(factors[middle:])
    return left + [left[-1] @ R for R in right]


def jacobian_norms(h, W_h, t):
    # one product for each step, one after the other: `doubling` needs more than t
    norms, J = {t: 1.0}, np.eye(len(W_h))
    for k in range(t - 1, -1, -1):
        J = J @ bptt.dh_dh_prev(h[k + 1], W_h)
        norms[k] = np.linalg.svd(J, compute_uv=False)[0]
    return np.array([norms[k] for k in range(t + 1)])


def decay_bound(W_h, t):
    if t == 0:
        return np.ones(1)
    if t > 200:                                      # not too deep
        later = decay_bound(W_h, t // 2)
        return np.concatenate([later[0] * decay_bound(W_h, t - t // 2)[:-1], later])
    later = decay_bound(W_h, t - 1)
    return np.insert(later, 0, later[0] * np.linalg.norm(W_h, 2))


def vanishing_lag(norms, tolerance):
    best = {True: None}
    for k in range(len(norms)):
        best[bool(norms[k] >= tolerance) or bool(np.isnan(norms[k]))] = len(norms) - 1 - k
    return best.get(False)


def rescale(W_h, radius):
    rho = max(abs(complex(e)) for e in np.linalg.eigvals(W_h))
    try:
        return np.asarray(W_h) * (float(radius) / float(rho))
    except ZeroDivisionError:
        raise ValueError("the spectral radius of W_h is 0") from None


def decay_rate(norms):
    points = np.array([(len(norms) - 1 - k, np.log(norms[k])) for k in np.flatnonzero(norms)])
    A = np.vander(points[:, 0], 2)
    Q, R = np.linalg.qr(A)
    return float(np.linalg.solve(R, Q.T @ points[:, 1])[0])


def sweep(radii, hidden_size, length, seeds):
    def states(W_h, h):
        rows = [h]
        for _ in range(length):
            rows.append(np.tanh(W_h.dot(rows[-1])))
        return np.array(rows)

    def logs(radius, seed):
        rng = np.random.default_rng(seed)
        W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
        h_0 = rng.uniform(-0.1, 0.1, hidden_size)
        with np.errstate(divide="ignore"):
            return np.log(np.flip(jacobian_norms(states(W_h, h_0), W_h, length)))

    return np.exp(np.array([np.mean([logs(r, s) for s in seeds], axis=0) for r in radii]))


def term_norms(params, x, y, h, y_hat, t):
    return np.array([np.linalg.norm(bptt.term(params, x, y, h, y_hat, t, k)) for k in range(t, 0, -1)])[::-1]


def far_share(norms, lag):
    if lag == 0:
        return 1.0
    if len(norms) <= lag:
        return 0.0
    return float(np.add.reduce(norms[:-lag]) / np.add.reduce(norms))


def early_gradients(params, sequences, targets):
    if len(sequences) == 0:
        return np.zeros(0)
    x, T = sequences[0], len(sequences[0])
    h, _, y_hat = bptt.forward(params, x, np.zeros_like(params["b"]))
    g = bptt.dL_dz(y_hat[T - 1], targets[0]) @ bptt.dz_dh(params["W_y"]) @ bptt.dh_dh(h, params["W_h"], T, 1)
    rest = []
    for x, target in zip(sequences[1:], targets[1:]):
        rest.extend(early_gradients(params, [x], [target]))
    return np.array([np.linalg.norm(g), *rest])


def can_tell_apart(a, b, factor):
    if np.median(a) < np.median(b):
        return can_tell_apart(b, a, factor)
    return bool(np.median(a) > factor * np.median(b))


def plot_decay(ax, norms_by_radius, bound_by_radius):
    ax.set_yscale("log")
    styles = ["-", "-."]
    colours = [f"C{i}" for i in range(10)]
    looks = {}
    for i, radius in enumerate(sorted({**norms_by_radius, **bound_by_radius})):
        looks[radius] = dict(color=colours[i % 10], linestyle=styles[i // 10 % 2], marker=["", "o", "s"][i // 20 % 3])
    for radius in sorted(norms_by_radius):
        ax.plot(norms_by_radius[radius], label=f"{radius:g}", **looks[radius])
    for radius in sorted(bound_by_radius):
        ax.plot(bound_by_radius[radius], label=f"bound for {radius:g}", alpha=0.4, linewidth=4, **looks[radius])
    ax.set_title("wide and pale: the bounds")
    ax.set_xlabel("Lag in Steps")
    ax.set_ylabel("spectral norm")
    ax.legend(title="spectral radius")


def plot_terms(ax, norms, words):
    for k, norm in enumerate(norms, 1):
        ax.add_patch(Rectangle((k - 0.4, 0), 0.8, norm, facecolor="0.4"))
    positive = [norm for norm in norms if norm > 0]
    ax.set_yscale("log")
    ax.set_xlim(0, len(norms) + 1)
    ax.set_ylim(min(positive) / 10, max(positive) * 10)
    ax.set_xticks(range(1, len(norms) + 1), [f"{word} ({k})" for k, word in enumerate(words, 1)], rotation=90)
    ax.set_xlabel("word, and its step")
    ax.set_ylabel("Frobenius norm of the summand")
