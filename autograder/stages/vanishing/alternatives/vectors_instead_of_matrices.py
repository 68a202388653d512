"""Backpropagates vectors, without a Jacobian wherever one is not asked for; power of the Gram matrix for the norms."""

import numpy as np
from bptt import forward


def _slopes(h):
    return 1.0 - np.square(h)


def _spectral(matrix):
    largest = np.abs(matrix).max() or 1.0
    return largest * np.sqrt(np.linalg.eigvalsh((matrix / largest).T @ (matrix / largest))[-1])


def jacobian_norms(h, W_h, t):
    slopes = _slopes(h)
    transposed, norms = np.identity(W_h.shape[0]), []
    for k in reversed(range(t + 1)):
        norms.append(_spectral(transposed))
        transposed = W_h.T @ (slopes[k][:, None] * transposed)
    return np.flip(np.array(norms))


def decay_bound(W_h, t):
    sigma = _spectral(W_h)
    return np.array([sigma**lag for lag in range(t, -1, -1)])


def vanishing_lag(norms, tolerance):
    below = np.flip(norms) < tolerance
    return np.argmax(below) if np.any(below) else None


def rescale(W_h, radius):
    values = np.linalg.eig(W_h)[0]
    rho = np.hypot(values.real, values.imag).max()
    if not rho > 0:
        raise ValueError("W_h is nilpotent")
    return np.divide(W_h, rho) * radius


def decay_rate(norms):
    lag = np.arange(len(norms) - 1, -1, -1)[norms != 0]
    y = np.log(norms[norms != 0])
    return np.cov(lag, y)[0, 1] / np.var(lag, ddof=1)


def sweep(radii, hidden_size, length, seeds):
    result = np.ones((len(radii), length + 1))
    for row, radius in zip(result, radii):
        for seed in seeds:
            rng = np.random.default_rng(seed)
            W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
            params = {"W_x": np.zeros((hidden_size, 1)), "W_h": W_h, "b": np.zeros(hidden_size),
                      "W_y": np.zeros((1, hidden_size))}
            h = forward(params, np.zeros((length, 1)), rng.uniform(-0.1, 0.1, hidden_size))[0]
            row *= jacobian_norms(h, W_h, length)[::-1] ** (1 / len(seeds))
    return result


def _carry(params, h, delta, t):
    """dL_t/dh_k for k = t, t-1, ..., 1."""
    for k in range(t, 0, -1):
        yield k, delta
        delta = (delta * (1 - h[k] ** 2)) @ params["W_h"]


def term_norms(params, x, y, h, y_hat, t):
    error = y_hat[t - 1].copy()
    error[y[t - 1]] -= 1
    norms = np.zeros(t)
    for k, delta in _carry(params, h, params["W_y"].T @ error, t):
        norms[k - 1] = np.linalg.norm(delta * (1 - h[k] ** 2)) * np.linalg.norm(x[k - 1])
    return norms


def far_share(norms, lag):
    if lag >= len(norms):
        return 0.0
    return np.sum(norms[: len(norms) - lag]) / np.sum(norms)


def early_gradients(params, sequences, targets):
    norms = np.empty(len(sequences))
    for i, (x, target) in enumerate(zip(sequences, targets)):
        h, _, y_hat = forward(params, x, np.zeros(params["W_h"].shape[1]))
        error = np.array(y_hat[-1])
        error[target] -= 1
        *_, (_, first) = _carry(params, h, error @ params["W_y"], len(x))
        norms[i] = np.sqrt(first @ first)
    return norms


def can_tell_apart(a, b, factor):
    medians = np.quantile(a, 0.5), np.quantile(b, 0.5)
    return max(medians) > factor * min(medians)


def plot_decay(ax, norms_by_radius, bound_by_radius):
    handles, names = [], []
    for radius in sorted(norms_by_radius):
        handles += ax.plot(norms_by_radius[radius], marker=".")
        names.append(rf"$\rho = {radius}$")
    for radius in sorted(bound_by_radius):
        handles += ax.plot(bound_by_radius[radius], linewidth=0.8, linestyle="-.")
        names.append(rf"$\sigma^n$ for $\rho = {radius}$")
    ax.legend(handles, names, ncols=2, fontsize="small")
    ax.set(yscale="log", xlabel="Lag (steps)", ylabel="Norm")


def plot_terms(ax, norms, words):
    places = np.arange(len(norms))[::-1]
    ax.bar(places, norms, tick_label=[f"{word}" for word in words], log=True)
    ax.set(xlabel="words, the last one first", ylabel="norm of the summand")
