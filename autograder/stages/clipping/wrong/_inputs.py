"""Inputs that the witnesses share: D = 2, H = 3, V = 4, sequences of 5 and more steps, one of them spoiled, and a cliff."""

import numpy as np

rng = np.random.default_rng(11)
p = {"W_x": rng.normal(size=(3, 2)), "W_h": rng.normal(size=(3, 3)), "b": rng.normal(size=3), "W_y": rng.normal(size=(4, 3))}
good = [(rng.normal(size=(5 + i % 3, 2)), rng.integers(0, 4, 5 + i % 3), rng.normal(size=3)) for i in range(12)]
bad = (np.full((5, 2), np.nan), np.zeros(5, int), np.zeros(3))
one = {"W_x": np.zeros((1, 1)), "W_h": np.zeros((1, 1)), "b": np.zeros(1), "W_y": np.array([[1.0], [-1.0]])}
still = (np.zeros((1, 1)), np.array([0]), np.zeros(1))
w_grid, b_grid = np.linspace(3.0, 6.0, 7), np.linspace(-4.0, -1.0, 5)
surface = 10.0 ** (0.5 * w_grid + 1.2 * b_grid[:, None] - 2)
plain, clipped = np.array([[5.0, -2.5], [4.5, -3.0], [16.0, 15.0]]), np.array([[5.0, -2.5], [4.5, -3.0], [4.4, -2.9], [1.0, -6.0]])
flat_start = {"h_0": 0.5, "target": 0.2}


def drawn(m, surface=surface):
    """Both Axes after plot_cliff."""
    from matplotlib.figure import Figure

    axes = Figure().subplots(1, 2)
    m.plot_cliff(axes, w_grid, b_grid, surface, plain, clipped)
    return axes


def colours(m, side=0):
    """The colour in the middle of each cell of a panel, from the lowest b upwards, without the lines."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    ax = drawn(m)[side]
    for line in ax.get_lines():
        line.remove()
    canvas = FigureCanvasAgg(ax.figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())
    spots = [ax.transData.transform((w, b)) for b in b_grid[1:-1] for w in w_grid[1:-1]]
    return np.array([pixels[len(pixels) - 1 - int(y), int(x)] for x, y in spots])
