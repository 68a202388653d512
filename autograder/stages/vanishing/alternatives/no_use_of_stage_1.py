"""Everything is written again: nothing of stage 1 is called."""

import numpy as np


def one_step(h_t, W_h):
    return np.diag(1 - h_t**2) @ W_h


def run(params, x):
    states = [np.zeros(len(params["W_h"]))]
    for x_t in x:
        states.append(np.tanh(params["W_h"] @ states[-1] + params["W_x"] @ x_t + params["b"]))
    return states


def error_at_the_end(params, state, target):
    scores = params["W_y"] @ state
    probabilities = np.exp(scores - scores.max())
    probabilities /= probabilities.sum()
    return (probabilities - np.eye(len(scores))[target]) @ params["W_y"]


def jacobian_norms(h, W_h, t):
    product, norms = np.eye(len(W_h)), {t: 1.0}
    for step in reversed(range(1, t + 1)):
        product = product @ one_step(h[step], W_h)
        norms[step - 1] = np.linalg.svd(product, compute_uv=False).max()
    return np.array([norms[k] for k in range(t + 1)])


def decay_bound(W_h, t):
    sigma = np.linalg.svd(W_h, compute_uv=False).max()
    return np.cumprod(np.r_[1.0, np.full(t, sigma)])[::-1]


def vanishing_lag(norms, tolerance):
    below = [len(norms) - 1 - k for k in range(len(norms)) if norms[k] < tolerance]
    return min(below, default=None)


def rescale(W_h, radius):
    rho = np.sort(np.abs(np.linalg.eigvals(W_h)))[-1]
    if rho <= 0:
        raise ValueError("no multiple of this matrix has another spectral radius than 0")
    return np.multiply(W_h, np.full_like(W_h, radius / rho))


def decay_rate(norms):
    lags = np.arange(len(norms))[::-1].astype(float)
    use = norms.nonzero()
    x, y = lags[use], np.log(norms[use])
    n = len(x)
    return (n * (x * y).sum() - x.sum() * y.sum()) / (n * (x * x).sum() - x.sum() ** 2)


def sweep(radii, hidden_size, length, seeds):
    result = []
    for radius in radii:
        logs = np.empty((0, length + 1))
        for seed in seeds:
            rng = np.random.default_rng(seed)
            W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
            h = rng.uniform(-0.1, 0.1, hidden_size)[None]
            for _ in range(length):
                h = np.vstack([h, np.tanh(W_h @ h[-1])])
            logs = np.vstack([logs, np.log2(jacobian_norms(h, W_h, length))])
        result.append(np.exp2(logs.mean(0))[::-1])
    return np.array(result)


def term_norms(params, x, y, h, y_hat, t):
    delta = (y_hat[t - 1] - np.eye(len(y_hat[0]))[y[t - 1]]) @ params["W_y"]
    norms = []
    for k in range(t, 0, -1):
        delta = delta * (1 - h[k] ** 2)
        norms.insert(0, np.linalg.norm(delta[:, None] * x[k - 1][None, :]))
        delta = params["W_h"].T @ delta
    return np.array(norms)


def far_share(norms, lag):
    steps_back = len(norms) - np.arange(1, len(norms) + 1)
    return float(np.where(steps_back >= lag, norms, 0.0).sum() / norms.sum())


def early_gradients(params, sequences, targets):
    found = []
    for x, target in zip(sequences, targets, strict=True):
        states = run(params, x)
        row = error_at_the_end(params, states[-1], target)
        for state in states[:1:-1]:
            row = row @ one_step(state, params["W_h"])
        found.append(float(np.linalg.norm(row)))
    return np.asarray(found)


def can_tell_apart(a, b, factor):
    m, n = float(np.median(a)), float(np.median(b))
    return m > n * factor if m > n else n > m * factor


def plot_decay(ax, norms_by_radius, bound_by_radius):
    ax.set_yscale("log")
    for number, (radius, values) in enumerate(norms_by_radius.items()):
        ax.plot(np.arange(len(values)), values, color=f"C{number}", marker="o", markersize=3, label=f"ρ={radius}")
        if radius in bound_by_radius:
            bound = bound_by_radius[radius]
            ax.plot(np.arange(len(bound)), bound, color=f"C{number}", alpha=0.4, label=f"bound ρ={radius}")
    ax.axhline(1e-7, color="grey", lw=0.5)
    ax.set_xlabel("lag, number of steps")
    ax.set_ylabel("‖∂h_t/∂h_k‖")
    ax.legend(loc="lower left")


def plot_terms(ax, norms, words):
    bars = ax.bar(np.arange(len(norms)) + 0.5, norms, width=0.9)
    ax.set_yscale("log")
    ax.set_xticks([bar.get_x() + bar.get_width() / 2 for bar in bars])
    ax.set_xticklabels([f"$x_{{{k}}}$\n{word}" for k, word in enumerate(words, 1)])
    ax.set_ylabel("‖summand‖")
    ax.set_xlabel("time →")
