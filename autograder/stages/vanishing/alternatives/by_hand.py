"""Linear algebra by hand: power iteration to convergence by repeated squaring, Jacobi rotations; recursion, lists, scatter."""
import cmath
import math
from functools import reduce

import bptt
import numpy as np


def one_sided_jacobi(A):
    """Largest singular value by one-sided Jacobi rotations, which keeps tiny ones right."""
    A = np.array(A, dtype=float)
    scale = np.abs(A).max()
    if scale == 0 or not np.isfinite(scale):
        return scale
    A /= scale
    for _ in range(60):
        off = 0.0
        for p in range(A.shape[1] - 1):
            for q in range(p + 1, A.shape[1]):
                alpha, beta, gamma = A[:, p] @ A[:, p], A[:, q] @ A[:, q], A[:, p] @ A[:, q]
                if abs(gamma) <= 1e-16 * math.sqrt(alpha * beta) or gamma == 0:
                    continue
                off = max(off, abs(gamma) / math.sqrt(alpha * beta)) if alpha * beta > 0 else off
                zeta = (beta - alpha) / (2 * gamma)
                t = math.copysign(1, zeta) / (abs(zeta) + math.hypot(1, zeta))
                c = 1 / math.hypot(1, t)
                s = c * t
                A[:, p], A[:, q] = c * A[:, p] - s * A[:, q], s * A[:, p] + c * A[:, q]
        if off < 1e-15:
            break
    return scale * max(np.sqrt((A * A).sum(axis=0)))


def jacobian_norms(h, W_h, t):
    J, out = np.identity(len(W_h)), [1.0]
    for k in range(t, 0, -1):
        J = J @ bptt.dh_dh_prev(h[k], W_h)
        out.insert(0, np.linalg.norm(J, ord=2))
    return np.array(out)


def decay_bound(W_h, t):
    sigma = one_sided_jacobi(W_h)
    out = [1.0]
    while len(out) <= t:
        out.append(out[-1] * sigma)
    return np.array(out[::-1])


def vanishing_lag(norms, tolerance):
    t = len(norms) - 1
    lags = sorted(t - k for k, n in enumerate(norms) if n < tolerance)
    return lags[0] if lags else None


def rescale(W_h, radius):
    W_h = np.asarray(W_h, dtype=float)
    rho = np.abs(np.linalg.eigvals(W_h)).max()
    if not rho > 0:
        raise ValueError(f"no multiple of W_h has the radius {radius}")
    return (W_h / rho) * radius


def decay_rate(norms):
    n = np.asarray(norms, float)
    lag = np.arange(len(n))[::-1]
    keep = n != 0
    A = np.column_stack([lag[keep], np.ones(keep.sum())])
    (slope, _), *_ = np.linalg.lstsq(A, np.log(n[keep]), rcond=None)
    return slope


def sweep(radii, hidden_size, length, seeds):
    table = np.zeros((len(radii), length + 1))
    for seed in seeds:
        for row, radius in enumerate(radii):
            rng = np.random.default_rng(seed)
            W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
            h = np.empty((length + 1, hidden_size))
            h[0] = rng.uniform(-0.1, 0.1, hidden_size)
            for t in range(length):
                h[t + 1] = np.tanh(W_h @ h[t])
            with np.errstate(divide="ignore"):
                table[row] += np.log2(jacobian_norms(h, W_h, length)[::-1])
    return np.exp2(table / len(seeds))


def term_norms(params, x, y, h, y_hat, t):
    delta = params["W_y"].T @ bptt.dL_dz(y_hat[t - 1], y[t - 1])
    out = []
    for k in range(t, 0, -1):
        delta = (1 - h[k] ** 2) * delta
        out.append(np.linalg.norm(delta) * np.linalg.norm(x[k - 1]))
        delta = params["W_h"].T @ delta
    return np.array(out)[::-1]


def far_share(norms, lag):
    total = reduce(lambda a, b: a + b, norms)
    return sum(n for k, n in enumerate(norms, 1) if k <= len(norms) - lag) / total


def early_gradients(params, sequences, targets):
    def back(h, g, t):
        while t > 1:
            g = bptt.dh_dh_prev(h[t], params["W_h"]).T @ g
            t -= 1
        return g
    out = np.empty(len(sequences))
    for i, (x, target) in enumerate(zip(sequences, targets)):
        h, z, y_hat = bptt.forward(params, x, np.zeros(params["W_h"].shape[0]))
        out[i] = np.linalg.norm(back(h, params["W_y"].T @ bptt.dL_dz(y_hat[-1], int(target)), len(x)))
    return out


def can_tell_apart(a, b, factor):
    def middle(v):
        v, n = sorted(v), len(v)
        return v[n // 2] if n % 2 else (v[n // 2 - 1] + v[n // 2]) / 2
    a, b = middle(a), middle(b)
    return a > factor * b or b > factor * a


def plot_decay(ax, norms_by_radius, bound_by_radius):
    from matplotlib.lines import Line2D
    styles = ["-", (0, (1, 1))]
    radii = sorted({*norms_by_radius, *bound_by_radius})
    colour = {r: f"C{i}" for i, r in enumerate(radii)}
    for which, data in enumerate((norms_by_radius, bound_by_radius)):
        for r, v in data.items():
            ax.plot(np.arange(len(v)), v, ls=styles[which], c=colour[r], lw=1 + which)
    ax.set_yscale("log", base=2)
    ax.set_xlabel("Lag [steps]")
    ax.set_ylabel(r"$\|\partial h_T / \partial h_{T-\mathrm{lag}}\|$")
    proxies = [Line2D([], [], c=colour[r], label=rf"$\rho = {r}$") for r in radii]
    proxies += [Line2D([], [], c="k", ls=styles[1], lw=2, label="upper bound"), Line2D([], [], c="k", ls="-", label="measured")]
    ax.legend(handles=proxies, ncols=2, fontsize="small")


def plot_terms(ax, norms, words):
    ax.plot(range(len(words)), norms, "o", ls="none")
    ax.set_yscale("log")
    ax.set_xticks(range(len(words)), words, rotation=90)
    ax.set(xlabel="word", ylabel="norm")
