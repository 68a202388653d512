"""Inputs that the witnesses share: a net of T = 6, D = 2, H = 3, V = 4, and Axes to draw on."""

import numpy as np

rng = np.random.default_rng(7)
p = {"W_x": rng.normal(size=(3, 2)), "W_h": 0.5 * rng.normal(size=(3, 3)), "b": rng.normal(size=3),
     "W_y": rng.normal(size=(4, 3))}
x, y = rng.normal(size=(6, 2)), np.array([3, 0, 2, 1, 1, 2])
h = [rng.uniform(-0.5, 0.5, 3)]
for x_t in x:
    h.append(np.tanh(p["W_h"] @ h[-1] + p["W_x"] @ x_t + p["b"]))
h = np.array(h)
y_hat = np.exp(h[1:] @ p["W_y"].T)
y_hat /= y_hat.sum(axis=1, keepdims=True)
args = (p, x, y, h, y_hat)
lags = np.arange(6.0)
norms_by_radius = {0.5: 0.45**lags, 1.2: 1.1**lags}
bound_by_radius = {0.5: 0.6**lags, 1.2: 1.3**lags}
words, norms = ["the", "dog", "saw", "the", "cat"], np.array([2e-9, 3e-6, 5e-4, 0.02, 0.7])


def decay(module, norms_by_radius=norms_by_radius, bound_by_radius=bound_by_radius):
    """The Axes after plot_decay."""
    return drawn(module.plot_decay, norms_by_radius, bound_by_radius)


def terms(module, norms=norms, words=words):
    """The Axes after plot_terms."""
    return drawn(module.plot_terms, norms, words)


def drawn(function, *data):
    """The Axes after a function has drawn on it."""
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    function(ax, *data)
    return ax


def key(ax):
    """What the legend says of each style of line."""
    legend = ax.get_legend()
    return [(text.get_text(), line.get_linestyle()) for text, line in zip(legend.get_texts(), legend.get_lines())]
