"""Masked arrays for the entries that do not count."""
import bptt
import numpy as np
import numpy.ma as ma


def jacobian_norms(h, W_h, t):
    found = ma.masked_all(t + 1)
    J = np.eye(h.shape[1])
    for k in reversed(range(t + 1)):
        found[k] = np.linalg.norm(J, 2)
        if k:
            J = J @ bptt.dh_dh_prev(h[k], W_h)
    return found


def decay_bound(W_h, t):
    lag = t - np.arange(t + 1)
    return np.linalg.norm(W_h, 2) ** lag


def vanishing_lag(norms, tolerance):
    lags = ma.array(np.arange(len(norms))[::-1], mask=~(norms < tolerance))
    return None if lags.count() == 0 else lags.min()


def rescale(W_h, radius):
    rho = ma.masked_equal(np.abs(np.linalg.eigvals(W_h)).max(), 0)
    if rho is ma.masked or ma.getmaskarray(rho).any():
        raise ValueError("the spectral radius is 0")
    return W_h * (radius / float(rho))


def decay_rate(norms):
    logs = ma.log(ma.masked_equal(norms, 0))
    lag = ma.array(np.arange(len(norms) - 1, -1, -1.0), mask=ma.getmaskarray(logs))
    return ma.polyfit(lag.compressed(), logs.compressed(), 1)[0]


def sweep(radii, hidden_size, length, seeds):
    rows = []
    for radius in radii:
        product_of = []
        for seed in seeds:
            rng = np.random.default_rng(seed)
            W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
            h = np.empty((length + 1, hidden_size))
            h[0] = rng.uniform(-0.1, 0.1, hidden_size)
            for t in range(1, length + 1):
                h[t] = np.tanh(W_h @ h[t - 1])
            product_of.append(np.asarray(jacobian_norms(h, W_h, length))[::-1])
        norms = np.array(product_of, dtype=np.longdouble)
        # mantissa and exponent apart: the mantissas' product fits
        mantissa, exponent = np.frexp(norms)
        n = len(norms)
        rows.append((mantissa.prod(axis=0) ** (1 / np.longdouble(n))) * np.exp2(exponent.sum(axis=0) / np.longdouble(n)))
    return ma.array(rows, dtype=float)


def term_norms(params, x, y, h, y_hat, t):
    norms = ma.masked_all(t)
    for k in range(1, t + 1):
        norms[k - 1] = np.linalg.norm(np.asarray(bptt.term(params, x, y, h, y_hat, t, k)).ravel())
    return norms


def far_share(norms, lag):
    t = len(norms)
    far = ma.array(norms, mask=np.arange(1, t + 1) > t - lag)
    return float(far.filled(0).sum() / np.sum(norms))


def early_gradients(params, sequences, targets):
    """Through bptt itself: where y_hat is one-hot at the right class, a step has no gradient of its own."""
    norms = []
    for x, target in zip(sequences, targets):
        h, _, y_hat = bptt.forward(params, x, np.zeros(len(params["b"])))
        if len(x) == 1:
            g = bptt.dL_dz(y_hat[0], target) @ bptt.dz_dh(params["W_y"])
        else:
            V = y_hat.shape[1]
            y = np.full(len(x) - 1, target)
            silent = np.eye(V)[y]
            silent[-1] = y_hat[-1]
            g = bptt.bptt(params, x[1:], y, h[1:], silent)["h_0"]
        norms.append(np.linalg.norm(g))
    return ma.array(norms)


def can_tell_apart(a, b, factor):
    medians = ma.array([ma.median(ma.array(a)), ma.median(ma.array(b))])
    return bool(medians.max() > factor * medians.min())


def plot_decay(ax, norms_by_radius, bound_by_radius):
    from matplotlib.lines import Line2D

    wheel = [f"#{int(255 * (0.5 + 0.5 * np.sin(2.4 * i))):02x}{(37 * i) % 200:02x}{(91 * i + 80) % 256:02x}" for i in range(200)]
    handles = []
    for i, radius in enumerate(dict.fromkeys((*norms_by_radius, *bound_by_radius))):
        for by_radius, style in ((norms_by_radius, "solid"), (bound_by_radius, "dashed")):
            if radius in by_radius:
                values = np.asarray(by_radius[radius], dtype=float)
                line = Line2D(np.arange(len(values)), values, color=wheel[i], linestyle=style, label=f"radius {radius:g}")
                ax.add_line(line)
                if style == "solid":
                    handles.append(line)
    if bound_by_radius:
        handles.append(Line2D([], [], color="black", linestyle="dashed", label="bound of the same colour"))
    ax.set_yscale("log")
    ax.autoscale_view()
    ax.set(xlabel="lag [steps]", ylabel="norm [1]")
    ax.legend(handles=handles)


def plot_terms(ax, norms, words):
    places = np.arange(len(words))
    positive = ma.masked_less_equal(np.asarray(norms, dtype=float), 0)
    ax.set_yscale("log")
    ax.stem(places, norms, bottom=float(positive.min()) / 10)
    ax.set_xticks(places)
    ax.set_xticklabels(words, rotation=30)
    ax.set_xlabel("words")
    ax.set_ylabel("norm of a summand")
