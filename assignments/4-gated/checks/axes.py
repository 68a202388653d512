"""What a figure holds, as plain values: the same whether it was drawn here or in the sandbox."""

from __future__ import annotations

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


def new_axes(count: int = 1) -> Any:
    """A fresh figure under Agg, outside pyplot's register; its Axes, or an array of them."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4 * count, 4.2), dpi=100)
    FigureCanvasAgg(figure)
    return figure.subplots(1, count)


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
        "xticklabels": [label.get_text() for label in ax.get_xticklabels()],
        "lines": [{"x": _floats(line.get_xdata(orig=False)), "y": _floats(line.get_ydata(orig=False)),
                   "label": str(line.get_label()), "linestyle": str(line.get_linestyle()),
                   "marker": str(line.get_marker())} for line in ax.get_lines()],
        "bars": [{key: float(value) for key, value in bar.items()} for bar in bars],
        "meshes": len(ax.images) + len(ax.collections),
        "colours": [places for shown in (*ax.images, *ax.collections) if (places := _places_of_colour(shown)) is not None],
    }


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
