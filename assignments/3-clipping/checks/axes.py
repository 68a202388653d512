"""What a figure holds, as plain values: the same whether it was drawn here or in the sandbox."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np

# The colours of a picture with more numbers than this are not described.
MOST_COLOURS = 20_000


class Canvas:
    """Axes for a plotting function, and the reader of what it drew."""

    def axes(self, count: int = 1) -> Any:
        """One Axes, or an array of `count` Axes side by side on a figure that is never shown."""
        return new_axes(count)

    def read(self, axes: Any) -> Any:
        """The description of one Axes, or a list of them: see `describe`."""
        if isinstance(axes, np.ndarray | list | tuple):
            return [describe(ax) for ax in axes]
        return describe(axes)


# For each number of Axes: the settings of matplotlib under which a fresh figure was made, and that figure, pickled.
_fresh: dict[int, tuple[dict[str, Any], bytes]] = {}


def new_axes(count: int = 1) -> Any:
    """A fresh figure under Agg, outside pyplot's register; its Axes, or an array of them.

    Axes take some milliseconds to make. A copy of a figure on which nothing was drawn yet takes a third of that and is the same,
    as long as the settings are.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    now: Any = matplotlib.rcParams
    settings, pickled = _fresh.get(count, ({}, b""))
    if not dict.__eq__(settings, now):
        settings, pickled = _fresh[count] = dict(dict.items(now)), pickle.dumps(_empty_figure(count))
    figure = pickle.loads(pickled)
    FigureCanvasAgg(figure)
    return figure.axes[0] if count == 1 else np.array(figure.axes)


def _empty_figure(count: int) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4 * count, 4.2), dpi=100)
    figure.subplots(1, count)
    return figure


def describe(ax: Any) -> dict[str, Any]:
    """What an Axes holds.

    Returns
    -------
    dict
        title, xlabel, ylabel, xscale, yscale, xlim, ylim, legend (list of texts or None), texts,
        xticks, xticklabels, lines (list of {x, y, label, linestyle, marker}), bars (list of {x, height,
        bottom, width, label}), meshes (number of images, meshes and contour sets), colours (for each of these, in
        rising order, the places of its numbers on its scale of colours, from 0 to 1; none for large ones).
    """
    legend = ax.get_legend()
    bars = [{"x": p.get_x() + p.get_width() / 2, "height": p.get_height(), "bottom": p.get_y(), "width": p.get_width()}
            for p in ax.patches if hasattr(p, "get_height")]
    return {
        "title": ax.get_title(), "xlabel": ax.get_xlabel(), "ylabel": ax.get_ylabel(),
        "xscale": ax.get_xscale(), "yscale": ax.get_yscale(),
        "xlim": tuple(map(float, ax.get_xlim())), "ylim": tuple(map(float, ax.get_ylim())),
        "legend": None if legend is None else [text.get_text() for text in legend.get_texts()],
        "texts": [text.get_text() for text in ax.texts],
        "xticks": [float(x) for x in ax.get_xticks()],
        "xticklabels": _texts_of_ticks(ax.xaxis),
        "lines": [{"x": _floats(line.get_xdata(orig=False)), "y": _floats(line.get_ydata(orig=False)),
                   "label": str(line.get_label()), "linestyle": str(line.get_linestyle()),
                   "marker": str(line.get_marker())} for line in ax.get_lines()],
        "bars": [{key: float(value) for key, value in bar.items()} for bar in bars],
        "meshes": len(ax.images) + len(ax.collections),
        "colours": [places for shown in (*ax.images, *ax.collections) if (places := _places_of_colour(shown)) is not None],
    }


def _texts_of_ticks(axis: Any) -> list[str]:
    """The texts of an axis' tick labels. Ticks are dear to make: where the first alone is there so far, it stays so."""
    ticks: list[Any] = getattr(axis, "majorTicks", [])
    if len(ticks) == 1 and ticks[0].label1.get_visible() and not ticks[0].label2.get_visible():
        return [str(text) for text in axis.get_major_formatter().format_ticks(axis.get_majorticklocs())]
    return [label.get_text() for label in axis.get_ticklabels()]


def _places_of_colour(shown: Any) -> np.ndarray | None:
    """Where the numbers that an image or a mesh shows lie on its scale of colours."""
    numbers = shown.get_array()
    if numbers is None or not 0 < np.size(numbers) <= MOST_COLOURS or (np.ndim(numbers) == 3 and np.shape(numbers)[2] > 1):
        return None
    shown.autoscale_None()
    return np.sort(_floats(shown.norm(numbers)), axis=None)


def _floats(data: Any) -> np.ndarray:
    """Coordinates of a line as drawn: names on an axis of categories are their places, masked points are NaN."""
    return np.ma.filled(np.ma.asarray(data, dtype=float), np.nan)


def picture(ax: Any) -> bytes:
    """The figure an Axes belongs to, as PNG."""
    from io import BytesIO

    buffer = BytesIO()
    ax.figure.savefig(buffer, format="png", dpi=100, metadata={"Software": None})
    return buffer.getvalue()


def draw_once() -> None:
    """One figure of each kind, so that what matplotlib keeps of the first one (fonts, formulas, scales) is there for the next."""
    left, right = new_axes(2)
    left.set_yscale("log")
    left.plot([0, 30], [1e-30, 1.0], "o--", label="$10^{-3}$")
    left.bar([1, 2], [1e-3, 1.0])
    left.text(0, 1e-3, "x")
    left.set(title="x", xlabel="x", ylabel="y")
    left.legend()
    mesh = right.pcolormesh(np.arange(3.0), np.arange(3.0), np.arange(4.0).reshape(2, 2))
    right.contourf(np.arange(4.0).reshape(2, 2))
    right.figure.colorbar(mesh, ax=[left, right])
    picture(left)
    picture(new_axes())
