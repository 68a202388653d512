"""The figures of the class report: vector pictures that stand in the page, the same for the same numbers."""

from __future__ import annotations

import base64
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from autograder.checks import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BINS = 10


def scores(values: Sequence[float], max_score: float) -> str:
    """Histogram of scores in ten equal steps from 0 to the most there is."""
    from matplotlib.ticker import MaxNLocator

    figure, axes = _blank(3.2)
    edges = np.linspace(0, max_score or 1, BINS + 1)
    counts, _ = np.histogram(np.clip(values, 0, max_score or 1), edges)
    axes.bar(edges[:-1], counts, np.diff(edges) * 0.92, align="edge", color=style.COLOURS[0])
    axes.set(xlabel="score", ylabel="submissions", xlim=(0, edges[-1]), xticks=edges[::2])
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(visible=False, axis="x")
    return _address(figure)


def by_task(shares: Mapping[str, Sequence[float]]) -> str:
    """Shares of the points of each task as boxes from quartile to quartile, with every submission as a point."""
    figure, axes = _blank(0.8 + 0.42 * max(1, len(shares)))
    names = list(shares)
    given = [place for place, values in enumerate(shares.values(), 1) if values]  # what nobody has marked yet has no median
    if given:
        axes.boxplot([list(values) for values in shares.values() if values], positions=given, orientation="horizontal",
                     widths=0.6, showfliers=False, medianprops={"color": style.COLOURS[1], "linewidth": 3},
                     boxprops={"color": style.COLOURS[0]})
    for place, values in enumerate(shares.values(), 1):
        counts = Counter(round(value, 2) for value in values)
        axes.scatter(list(counts), [place] * len(counts), s=[12 + 6 * count for count in counts.values()], alpha=0.5,
                     color=style.COLOURS[0], marker=style.MARKERS[0])
    axes.set_yticks(range(1, len(names) + 1), names)
    axes.set_ylim(max(1, len(names)) + 0.5, 0.5)
    axes.set(xlabel="share of the points", xlim=(-0.03, 1.03))
    axes.grid(visible=False, axis="y")
    return _address(figure)


def _blank(height: float) -> tuple[Figure, Axes]:
    """A figure of its own: no window, no state shared with another."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with mpl.rc_context():
        style.use()
        figure = Figure(figsize=(7.0, height))
        FigureCanvasSVG(figure)
        return figure, figure.add_subplot()


def _address(figure: Figure) -> str:
    """The picture as an address that holds it."""
    import matplotlib as mpl

    data = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "vanishing-gradients", "svg.fonttype": "none"}):
        figure.savefig(data, format="svg", metadata={"Date": None, "Creator": None})
    return "data:image/svg+xml;base64," + base64.b64encode(data.getvalue()).decode("ascii")
