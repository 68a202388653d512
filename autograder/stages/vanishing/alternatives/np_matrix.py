"""np.matrix for the products, np.matrix.A for what goes out; decorators for what all functions need."""
import functools
import warnings

import bptt
import numpy as np

warnings.simplefilter("ignore", PendingDeprecationWarning)


def quiet(function):
    """Logarithms of 0 are meant."""
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        with np.errstate(divide="ignore", under="ignore"):
            return function(*args, **{**kwargs})
    return wrapper


def array_out(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return np.asarray(function(*args, **kwargs), dtype=float)
    return wrapper


@array_out
def jacobian_norms(h, W_h, t):
    J = np.matrix(np.eye(len(W_h)))
    norms = []
    for k in range(t, -1, -1):
        norms = [np.linalg.norm(J, 2)] + norms
        J = J * np.matrix(bptt.dh_dh_prev(h[k], W_h))
    return norms


@array_out
def decay_bound(W_h, t):
    s = np.linalg.svd(np.matrix(W_h), compute_uv=False)
    return [np.asarray(s).max() ** n for n in range(t, -1, -1)]


def vanishing_lag(norms, tolerance):
    result = None
    for lag in range(len(norms) - 1, -1, -1):
        result = lag if norms[-1 - lag] < tolerance else result
    return result


def rescale(W_h, radius):
    rho = np.abs(np.linalg.eigvals(np.matrix(W_h))).max()
    if rho == 0:
        raise ValueError("rho(W_h) = 0")
    return (np.matrix(W_h) * float(radius / rho)).A


@quiet
def decay_rate(norms):
    logs = np.log(norms)
    lag = np.arange(len(norms) - 1, -1, -1)
    ok = np.isfinite(logs)
    A = np.matrix(np.column_stack([lag[ok], np.ones(ok.sum())]))
    return np.linalg.pinv(A).dot(logs[ok]).item(0)


@quiet
@array_out
def sweep(radii, hidden_size, length, seeds):
    def one(radius, seed):
        rng = np.random.default_rng(seed)
        W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
        h = np.matrix(rng.uniform(-0.1, 0.1, hidden_size)).T
        columns = [h]
        for _ in range(length):
            columns.append(np.tanh(np.matrix(W_h) * columns[-1]))
        return np.log(jacobian_norms(np.hstack(columns).T.A, W_h, length)[::-1])

    return [np.exp(sum(one(radius, seed) for seed in seeds) / len(seeds)) for radius in radii]


@array_out
def term_norms(params, x, y, h, y_hat, t):
    return [np.linalg.norm(np.matrix(bptt.term(params, x, y, h, y_hat, t, k)), "fro") for k in range(1, t + 1)]


def far_share(norms, lag):
    n = np.matrix(norms)
    far = np.matrix([1.0 if t_minus_k >= lag else 0.0 for t_minus_k in range(len(norms) - 1, -1, -1)]).T
    return float((n * far)[0, 0] / n.sum())


@array_out
def early_gradients(params, sequences, targets):
    W_h, W_y = params["W_h"], np.matrix(params["W_y"])
    for_all = []
    for x, target in zip(sequences, targets):
        h, _, y_hat = bptt.forward(params, x, np.zeros(len(W_h)))
        g = np.matrix(bptt.dL_dz(y_hat[-1], target)) * W_y
        for t in range(len(x), 1, -1):
            g = g * np.matrix(bptt.dh_dh_prev(h[t], W_h))
        for_all.append(np.linalg.norm(g.A1))
    return for_all


def can_tell_apart(a, b, factor):
    def median(v):
        v = sorted(v)
        n = len(v)
        return v[n // 2] if n % 2 else (v[n // 2 - 1] + v[n // 2]) / 2

    m = sorted((median(a), median(b)))
    return m[1] > factor * m[0]


def labelled(xlabel, ylabel):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(ax, *args):
            function(ax, *args)
            ax.set_yscale("log")
            ax.set_xlabel(xlabel)
            ax.set_ylabel(ylabel)
        return wrapper
    return decorate


@labelled("lag (in time steps)", "norm of the long factor")
def plot_decay(ax, norms_by_radius, bound_by_radius):
    n = len(norms_by_radius) + len(bound_by_radius)
    shades = [str(round(0.8 * i / max(n, 1), 3)) for i in range(n)]
    markers = iter("os^vD*phP<>X" * 20)
    for radius, norms in norms_by_radius.items():
        ax.plot(norms, c=shades.pop(0), marker=next(markers), markevery=max(1, len(norms) // 10), label=f"norms, radius {radius:g}")
    for radius, bound in bound_by_radius.items():
        ax.plot(bound, c=shades.pop(0), ls="--", label=f"bound, radius {radius:g}")
    ax.legend(framealpha=0.5)


@labelled("words in order", "norm of the term")
def plot_terms(ax, norms, words):
    floor = min(v for v in norms if v > 0) / 100
    ax.bar(range(len(norms)), [v - floor for v in norms], bottom=floor)      # the bars begin at the floor and end at the norms
    ax.set_xticks(list(range(len(norms))))
    ax.set_xticklabels(list(words), rotation=-45, ha="left")
