"""Derivatives by complex steps where that is enough, own network code, one figure helper for both figures."""
import bptt
import numpy as np

TINY = 1e-100


def _through(params, x, columns):
    for x_t in x:
        columns = np.tanh(params["W_h"] @ columns + (params["W_x"] @ x_t + params["b"])[:, None])
    return columns


def _loss(params, columns, target):
    z = params["W_y"] @ columns
    z = z - z.real.max(axis=0)
    return np.log(np.exp(z).sum(axis=0)) - z[target]


def jacobian_norms(h, W_h, t):
    slopes = 1 - h[1:t + 1] ** 2
    J = np.eye(len(W_h))
    norms = [1.0]
    for slope in slopes[::-1]:
        J = (J * slope) @ W_h
        norms += [np.linalg.norm(J, 2)]
    return np.array(norms)[::-1]


def decay_bound(W_h, t):
    return np.cumprod(np.append(1.0, np.full(t, np.linalg.norm(W_h, 2))))[::-1]


def vanishing_lag(norms, tolerance):
    (hits,) = np.where(np.asarray(norms)[::-1] < tolerance)
    return int(hits.min()) if len(hits) else None


def rescale(W_h, radius):
    rho = float(np.abs(np.linalg.eigvals(W_h)).max())
    assert rho >= 0
    if rho == 0:
        raise ValueError("rho = 0")
    W_h = W_h.copy().astype(float)
    W_h /= rho
    W_h *= radius
    return W_h


def decay_rate(norms):
    lag = np.arange(len(norms) - 1, -1, -1)
    w = (norms > 0).astype(float)
    logs = np.log(np.where(norms > 0, norms, 1))
    n, sx, sy, sxx, sxy = w.sum(), (w * lag).sum(), (w * logs).sum(), (w * lag**2).sum(), (w * lag * logs).sum()
    return (n * sxy - sx * sy) / (n * sxx - sx**2)


def sweep(radii, hidden_size, length, seeds):
    total = 0
    for seed in seeds:
        rows = []
        for radius in radii:
            rng = np.random.default_rng(seed)
            W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
            h = [rng.uniform(-0.1, 0.1, hidden_size)]
            while len(h) < length + 1:
                h.append(np.tanh(W_h @ h[-1]))
            with np.errstate(divide="ignore"):
                rows.append(np.log(jacobian_norms(np.array(h), W_h, length)))
        total = total + np.array(rows)
    return np.exp(total / len(seeds))[:, ::-1]


def term_norms(params, x, y, h, y_hat, t):
    norms = np.zeros(t)
    error = (y_hat[t - 1] - np.eye(y_hat.shape[1])[y[t - 1]]) @ params["W_y"]
    for k in range(t, 0, -1):
        local = error * (1 - h[k] ** 2)
        norms[k - 1] = np.linalg.norm(np.outer(local, x[k - 1]))
        error = local @ params["W_h"]
    return norms


def far_share(norms, lag):
    t = np.size(norms)
    steps_back = t - np.arange(1, t + 1)
    return np.average(steps_back >= lag, weights=norms)


def early_gradients(params, sequences, targets):
    """L_T is moved by an imaginary change of h_1; nothing is subtracted, so nothing is lost."""
    norms = np.zeros(len(targets))
    for i, target in enumerate(targets):
        x = sequences[i]
        h_1 = np.tanh(params["W_x"] @ x[0] + params["b"])
        columns = h_1[:, None] + 1j * TINY * np.eye(len(h_1))
        norms[i] = np.linalg.norm(_loss(params, _through(params, x[1:], columns), target).imag / TINY)
    return norms


def can_tell_apart(a, b, factor):
    one, two = (float(np.percentile(values, 50)) for values in (a, b))
    return not (one <= factor * two and two <= factor * one)


def _finish(ax, xlabel, ylabel):
    ax.set_yscale("log")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)


def plot_decay(ax, norms_by_radius, bound_by_radius):
    from colorsys import hsv_to_rgb

    both = sorted(set(norms_by_radius).union(bound_by_radius))
    lines, names = [], []
    for i, radius in enumerate(both):
        colour = hsv_to_rgb(i / len(both) * 0.9, 0.9, 0.8)
        for values, style, name in ((norms_by_radius.get(radius), {}, "norm"), (bound_by_radius.get(radius), {"dashes": [6, 2]}, "bound")):
            if values is not None:
                lines += ax.plot(np.arange(len(values)), values, color=colour, **style)
                names.append(f"{name}, radius {radius:g}")
    _finish(ax, "lag (steps)", "how much arrives")
    ax.legend(lines, names)


def plot_terms(ax, norms, words):
    where = [k + 1 for k in range(len(words))]
    ax.plot(where, norms, linestyle="none", marker="D")
    ax.fill_between(where, norms, np.min(norms), alpha=0.2)
    _finish(ax, "word", "its norm")
    ax.set_xticks(where, words)
