"""Everything stacked: products are collected and their singular values taken in one call."""
import matplotlib.pyplot as plt
import numpy as np
from bptt import dL_dz, forward
from matplotlib.lines import Line2D


def jacobian_norms(h, W_h, t, return_products=False):
    slopes = 1 - np.asarray(h, dtype=float)[:t + 1] ** 2
    products = np.empty((t + 1, *W_h.shape))
    products[t] = np.eye(len(W_h))
    for k in range(t - 1, -1, -1):
        products[k] = (products[k + 1] * slopes[k + 1]) @ W_h
    norms = np.linalg.svd(products, compute_uv=False)[:, 0]
    return (norms, products) if return_products else norms


def decay_bound(W_h, t):
    sigma = np.linalg.svd(W_h, compute_uv=False).max()
    return np.power(sigma, np.arange(t + 1)[::-1])


def vanishing_lag(norms, tolerance):
    lags = np.flatnonzero(np.flip(norms) < tolerance)
    return lags[0] if lags.size else None


def rescale(W_h, radius):
    """Also for a stack of matrices (..., H, H)."""
    rho = np.abs(np.linalg.eigvals(W_h)).max(axis=-1)
    if np.any(rho == 0):
        raise ValueError("spectral radius 0")
    return (W_h / rho[..., None, None]) * radius


def decay_rate(norms):
    lag = len(norms) - 1 - np.arange(len(norms))
    keep = np.flatnonzero(norms)
    A = np.stack([lag[keep], np.ones(len(keep))], axis=1)
    return float(np.linalg.lstsq(A, np.log(norms[keep]), rcond=None)[0][0])


def sweep(radii, hidden_size, length, seeds):
    """All radii of a seed run side by side."""
    radii = np.asarray(radii, dtype=float)
    logs = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        one = rescale(rng.standard_normal((hidden_size, hidden_size)), 1.0)
        h_0 = rng.uniform(-0.1, 0.1, hidden_size)
        W = radii[:, None, None] * one
        h = [np.tile(h_0, (len(radii), 1))]
        for _ in range(length):
            h.append(np.tanh(np.einsum("rij,rj->ri", W, h[-1])))
        J = np.tile(np.eye(hidden_size), (len(radii), 1, 1))
        columns = [np.ones(len(radii))]
        for state in h[:0:-1]:
            J = (J * (1 - state**2)[:, None, :]) @ W
            columns.append(np.linalg.norm(J, 2, axis=(1, 2)))
        with np.errstate(divide="ignore"):
            logs.append(np.log(np.stack(columns, axis=1)))
    return np.exp(np.mean(logs, axis=0))


def term_norms(params, x, y, h, y_hat, t):
    """A summand is an outer product, so its norm is the product of two norms."""
    row = dL_dz(y_hat[t - 1], y[t - 1]) @ params["W_y"]
    errors = np.empty((t, h.shape[1]))
    for k in range(t, 0, -1):
        errors[k - 1] = row * (1 - h[k] ** 2)
        row = errors[k - 1] @ params["W_h"]
    return np.linalg.norm(errors, axis=1) * np.linalg.norm(x[:t], axis=1)


def far_share(norms, lag):
    k = np.arange(1, len(norms) + 1)
    return np.sum(norms, where=k <= len(norms) - lag) / np.sum(norms)


def early_gradients(params, sequences, targets):
    result = np.zeros(len(sequences))
    for n, (x, target) in enumerate(zip(sequences, targets)):
        h, _, y_hat = forward(params, x, np.zeros(params["W_h"].shape[0]))
        _, products = jacobian_norms(h, params["W_h"], len(x), return_products=True)
        result[n] = np.linalg.norm(dL_dz(y_hat[-1], target) @ params["W_y"] @ products[1])
    return result


def can_tell_apart(a, b, factor):
    m = np.array([np.median(a), np.median(b)])
    return m.max() > factor * m.min()


def plot_decay(ax, norms_by_radius, bound_by_radius):
    """Two legends: one for the radii, and one for what is solid and what is dashed."""
    everyone = list(dict.fromkeys([*norms_by_radius, *bound_by_radius]))
    colour = {radius: plt.cm.plasma(0.9 * i / max(len(everyone) - 1, 1)) for i, radius in enumerate(everyone)}
    samples = []
    for radius in norms_by_radius:
        samples += ax.semilogy(range(len(norms_by_radius[radius])), norms_by_radius[radius], color=colour[radius], lw=2,
                               label=str(radius))
    for radius in bound_by_radius:
        ax.semilogy(range(len(bound_by_radius[radius])), bound_by_radius[radius], color=colour[radius], lw=1, ls=":")
    ax.set_yscale("log")
    first = ax.legend(handles=samples, title="spectral radius", loc="lower left")
    ax.add_artist(first)
    ax.legend(handles=[Line2D([], [], color="0.3", lw=2, label="norm"), Line2D([], [], color="0.3", lw=1, ls=":", label="bound")],
              loc="upper right")
    ax.set(xlabel="lag t - k [steps]", ylabel=r"$\|\partial h_t/\partial h_k\|$")


def plot_terms(ax, norms, words):
    where = range(1, len(norms) + 1)
    ax.plot(where, norms, "o-")
    ax.set(yscale="log", xlabel="word x_k", ylabel="Frobenius norm", xticks=list(where), xticklabels=list(words))
    ax.tick_params(axis="x", rotation=60)
