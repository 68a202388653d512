"""More than was asked: axes, orders, weights, ... as keyword arguments."""
import bptt as stage1
import numpy as np
from matplotlib import cm, ticker


def jacobian_norms(h, W_h, t=None, *, ord=2, stop=0):
    """Other norms with `ord`; `stop` is the first k."""
    if t is None:
        t = len(h) - 1
    J = np.identity(W_h.shape[1])
    found = [np.linalg.norm(J, ord)]
    for k in range(t - 1, stop - 1, -1):
        J = np.dot(J, stage1.dh_dh_prev(h[k + 1], W_h))
        found.insert(0, np.linalg.norm(J, ord))
    return np.asarray(found)


def decay_bound(W_h, t, *, slope=1.0):
    return (slope * np.linalg.norm(W_h, 2)) ** np.arange(t, -1.0, -1.0)


def vanishing_lag(norms, tolerance, *, default=None, for_good=False):
    """for_good: from which lag on everything is below."""
    by_lag = np.asarray(norms)[::-1]
    below = by_lag < tolerance
    if for_good:
        below = np.logical_and.accumulate(below[::-1])[::-1]
    return int(np.nonzero(below)[0][0]) if below.any() else default


def spectral_radius(W):
    return np.max(np.abs(np.linalg.eigvals(W)), axis=-1)


def rescale(W_h, radius, *, measure=spectral_radius):
    size = measure(W_h)
    if size == 0:
        raise ValueError("its spectral radius is 0")
    return np.multiply(W_h, np.divide(radius, size))


def decay_rate(norms, *, intercept=False, weights=None):
    norms = np.asarray(norms, dtype=float)
    lag = np.arange(norms.size - 1, -1, -1)
    ok = norms != 0
    slope, at_0 = np.polyfit(lag[ok], np.log(norms[ok]), 1, w=None if weights is None else weights[ok])
    return (float(slope), float(at_0)) if intercept else float(slope)


def run(W_h, h_0, length):
    h = np.zeros((length + 1, *h_0.shape))
    h[0] = h_0
    for before, after in zip(h[:-1], h[1:]):
        after[:] = np.tanh(W_h @ before)
    return h


def sweep(radii, hidden_size, length, seeds, *, average=True, scale=0.1):
    logs = np.zeros((len(radii), len(seeds), length + 1))
    for i, j in np.ndindex(len(radii), len(seeds)):
        rng = np.random.default_rng(seeds[j])
        W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radii[i])
        h_0 = rng.uniform(-scale, scale, hidden_size)
        norms = jacobian_norms(run(W_h, h_0, length), W_h, length)
        with np.errstate(divide="ignore"):
            logs[i, j] = np.log(norms[::-1])
    return np.exp(logs.mean(axis=1)) if average else np.exp(logs)


def term_norms(params, x, y, h, y_hat, t, *, squared=False):
    sums = np.array([(np.asarray(stage1.term(params, x, y, h, y_hat, t, k)) ** 2).sum() for k in range(1, t + 1)])
    return sums if squared else np.sqrt(sums)


def far_share(norms, lag, *, axis=-1):
    """Also for many rows of norms."""
    norms = np.moveaxis(np.asarray(norms, dtype=float), axis, -1)
    t = norms.shape[-1]
    share = norms[..., :max(0, t - lag)].sum(axis=-1) / norms.sum(axis=-1)
    return float(share) if share.ndim == 0 else share


def early_gradients(params, sequences, targets, *, step=1, h_0=None):
    W_h, W_y = params["W_h"], params["W_y"]
    start = np.zeros(len(W_h)) if h_0 is None else h_0
    values = np.zeros(len(sequences))
    for n in range(len(sequences)):
        h, z, y_hat = stage1.forward(params, sequences[n], start)
        carried = stage1.dL_dz(y_hat[-1], targets[n]) @ W_y
        for t in range(len(h) - 1, step, -1):
            carried = carried @ stage1.dh_dh_prev(h[t], W_h)
        values[n] = np.linalg.norm(carried)
    return values


def can_tell_apart(a, b, factor, *, middle=np.median):
    one, two = middle(a), middle(b)
    return bool(max(one, two) > factor * min(one, two))


def plot_decay(ax, norms_by_radius, bound_by_radius, *, cmap="coolwarm", legend=True):
    names = sorted(list(norms_by_radius) + [r for r in bound_by_radius if r not in norms_by_radius])
    colours = cm.ScalarMappable(cmap=cmap)
    colours.set_clim(-0.5, max(len(names), 1) - 0.5)
    for number, radius in enumerate(names):
        colour = colours.to_rgba(number)
        if radius in norms_by_radius:
            lags = np.arange(len(norms_by_radius[radius]))
            ax.plot(lags, norms_by_radius[radius], color=colour, marker=".", ms=3, label=f"{radius:.6g}")
        if radius in bound_by_radius:
            lags = np.arange(len(bound_by_radius[radius]))
            ax.plot(lags, bound_by_radius[radius], color=colour, ls="--", alpha=0.6, label=f"{radius:.6g}, bound")
    ax.set(yscale="log", xlabel="lag / steps", ylabel="norm of the Jacobian")
    ax.xaxis.set_major_locator(ticker.MaxNLocator(integer=True))
    if legend:
        ax.legend(title="spectral radius", fontsize=7)


def plot_terms(ax, norms, words, *, colour="C2"):
    k = np.arange(1, len(words) + 1)
    ax.vlines(k, np.min(norms[norms > 0], initial=1.0) / 10, norms, color="0.8")
    ax.scatter(k, norms, color=colour, zorder=3)
    ax.set_yscale("log")
    ax.set_xticks(k)
    ax.set_xticklabels(words, rotation="vertical")
    ax.set_xlabel("the words, in their order")
    ax.set_ylabel("what each adds (norm)")
    ax.margins(x=0.05)
