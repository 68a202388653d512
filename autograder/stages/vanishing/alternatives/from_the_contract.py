"""Written from the list of signatures and shapes alone, with names imported one by one."""

from bptt import dh_dh_prev, dL_dz, forward, term
from numpy import abs, arange, array, diag, exp, eye, log, median, nonzero, polyfit, random, stack, sum, tanh, zeros
from numpy.linalg import eigvals, norm, svd


def jacobian_norms(h, W_h, t):
    products = [eye(W_h.shape[0])]
    for k in range(t - 1, -1, -1):
        products.append(products[-1] @ diag(1 - h[k + 1] ** 2) @ W_h)
    return svd(stack(products[::-1]), compute_uv=False)[:, 0]


def decay_bound(W_h, t):
    return svd(W_h, compute_uv=False)[0] ** (t - arange(t + 1))


def vanishing_lag(norms, tolerance):
    t = len(norms) - 1
    below = nonzero(norms < tolerance)[0]
    return None if below.size == 0 else t - below.max()


def rescale(W_h, radius):
    spectral_radius = max(abs(eigvals(W_h)))
    if spectral_radius == 0:
        raise ValueError
    return radius / spectral_radius * W_h


def decay_rate(norms):
    t = len(norms) - 1
    k = nonzero(norms)[0]
    slope, _ = polyfit(t - k, log(norms[k]), deg=1)
    return slope


def sweep(radii, hidden_size, length, seeds):
    H, T = hidden_size, length
    out = zeros((len(radii), len(seeds), T + 1))
    for i, radius in enumerate(radii):
        for j, seed in enumerate(seeds):
            rng = random.default_rng(seed)
            W = rescale(rng.standard_normal((H, H)), radius)
            h = zeros((T + 1, H))
            h[0] = rng.uniform(-0.1, 0.1, H)
            for t in range(1, T + 1):
                h[t] = tanh(W @ h[t - 1])
            out[i, j] = jacobian_norms(h, W, T)[::-1]
    return exp(log(out).mean(axis=1))


def term_norms(params, x, y, h, y_hat, t):
    return array([norm(term(params, x, y, h, y_hat, t, k), "fro") for k in range(1, t + 1)])


def far_share(norms, lag):
    k = arange(1, len(norms) + 1)
    return sum(norms[k <= len(norms) - lag]) / sum(norms)


def early_gradients(params, sequences, targets):
    out = []
    for x, target in zip(sequences, targets):
        T = len(x)
        h, _, y_hat = forward(params, x, zeros(params["W_h"].shape[0]))
        g = dL_dz(y_hat[T - 1], target) @ params["W_y"]
        for t in range(T, 1, -1):
            g = g @ dh_dh_prev(h[t], params["W_h"])
        out.append(norm(g))
    return out


def can_tell_apart(a, b, factor):
    return median(a) > factor * median(b) or median(b) > factor * median(a)


def plot_decay(ax, norms_by_radius, bound_by_radius):
    for radius, norms in norms_by_radius.items():
        ax.plot(norms, label=f"{radius}")
    for radius, bound in bound_by_radius.items():
        ax.plot(bound, linestyle="dashed", label=f"{radius} (bound)")
    ax.set_yscale("log")
    ax.set_xlabel("lag [time steps]")
    ax.set_ylabel("||dh_T/dh_{T-lag}||")
    ax.legend(title="spectral radius")


def plot_terms(ax, norms, words):
    ax.semilogy(range(1, len(norms) + 1), norms, "o-", label="summands")
    ax.set_xticks(range(1, len(norms) + 1), labels=words)
    ax.set_xlabel("word")
    ax.set_ylabel("norm of summand")
    ax.legend()
