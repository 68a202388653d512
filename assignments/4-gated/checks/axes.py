"""Describe a matplotlib figure as plain values, identical whether it was drawn here or in the sandbox."""

from __future__ import annotations

import contextlib
import pickle
import re
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from itertools import pairwise
from typing import Any

import numpy as np

from .loaded import loaded
from .style import TEN

# Images and contours with more numbers than this are counted in "meshes", but not described.
MOST_NUMBERS = 20_000
# Opacity up to which nothing is seen.
LEAST_OPACITY = 0.05


class Canvas:
    """Creates Axes for a plotting function and reads back what it drew."""

    def axes(self, count: int = 1) -> Any:
        """Return one Axes, or an array of `count` Axes side by side, on a figure that is never shown."""
        return new_axes(count)

    def read(self, axes: Any) -> Any:
        """Return the description of one Axes, or a list of descriptions: see `describe`."""
        if isinstance(axes, np.ndarray | list | tuple):
            return [describe(ax) for ax in axes]
        return describe(axes)


# Number of Axes -> (rcParams an empty figure was made under, that figure pickled).
_fresh: dict[int, tuple[dict[str, Any], bytes]] = {}


def new_axes(count: int = 1) -> Any:
    """Return the Axes of a new Agg figure that pyplot does not know: one, or an array of `count`.

    Creating Axes takes some milliseconds. Unpickling an empty figure takes a third of that, and gives the same result as long as
    rcParams have not changed.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    now: Any = matplotlib.rcParams
    settings, pickled = _fresh.get(count, ({}, b""))
    if not dict.__eq__(settings, now):
        settings, pickled = _fresh[count] = dict(dict.items(now)), pickle.dumps(_empty_figure(count))
    figure = pickle.loads(pickled)
    FigureCanvasAgg(figure)
    saving.watch()
    for ax in figure.axes:
        ax.set_prop_cycle(color=TEN)
    return figure.axes[0] if count == 1 else np.array(figure.axes)


class _Saving:
    """Notes whether a figure is saved, be it the one that was handed out or pyplot's own, and whether pyplot's are shown."""

    def __init__(self) -> None:
        self.own: list[tuple[Any, str, Callable[..., Any]]] = []  # matplotlib's functions, while others stand in their places
        self.seen: set[str] = set()

    def watch(self) -> None:
        """Note it from now on."""
        from matplotlib.figure import Figure

        self.end()
        self.seen.clear()
        for owner, name in ((Figure, "savefig"), (loaded("matplotlib.pyplot"), "show")):
            if (own := getattr(owner, name, None)) is not None:
                self.own.append((owner, name, own))
                setattr(owner, name, self._noting(own, name))

    def _noting(self, own: Callable[..., Any], name: str) -> Callable[..., Any]:
        @wraps(own)
        def noting(*args: Any, **kwargs: Any) -> Any:
            self.seen.add(name)
            return own(*args, **kwargs)

        return noting

    def end(self) -> None:
        """Put matplotlib's functions back."""
        while self.own:
            setattr(*self.own.pop())


saving = _Saving()


def _empty_figure(count: int) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4 * count, 4.2), dpi=100)
    figure.subplots(1, count)
    return figure


def describe(ax: Any) -> dict[str, Any]:
    """Describe the contents of an Axes.

    Returns
    -------
    dict
        title (left, centre and right titles joined), xlabel, ylabel, xscale, yscale, xlim, ylim, texts, xticks, xticklabels;
        legend (texts of all legends of the Axes and its figure, or None), legend_entries (text, colour, linestyle, marker, width
        and opacity of each); lines (x, y, label, linestyle, marker, colour, width, opacity, zorder, visible, across: smallest and
        largest x in data coordinates, for an axhline too; an axline has the x and y where it leaves the Axes), segments (x, y,
        label, across of what hlines and vlines draw), points (x, y, label of each scatter), bars (x, height, bottom, width; x at
        the centre); meshes (number of images, meshes and contour sets), pictures (each of these: see `_describe_picture`); saved
        and shown (whether a figure was saved, and plt.show called, since its Axes were made).
    """
    from matplotlib.collections import LineCollection, PathCollection
    from matplotlib.contour import ContourSet

    saving.end()
    legends = _legends(ax)
    drawn: list[Any] = [*ax.images, *ax.collections]
    strokes = [shown for shown in drawn if isinstance(shown, LineCollection) and not isinstance(shown, ContourSet)]
    dots = [shown for shown in drawn if isinstance(shown, PathCollection)]
    meshes = [shown for shown in drawn if shown not in strokes and shown.get_array() is not None]
    ground = None if meshes else ax.get_facecolor()
    bars = [{"x": p.get_x() + p.get_width() / 2, "height": p.get_height(), "bottom": p.get_y(), "width": p.get_width()}
            for p in ax.patches if hasattr(p, "get_height") and _can_be_seen(p, [p.get_facecolor(), p.get_edgecolor()], ground)]
    return {
        "title": " ".join(filter(None, (ax.get_title(loc) for loc in ("left", "center", "right")))),
        "xlabel": _label(ax, ax.xaxis), "ylabel": _label(ax, ax.yaxis),
        "xscale": ax.get_xscale(), "yscale": ax.get_yscale(),
        "xlim": tuple(map(float, ax.get_xlim())), "ylim": tuple(map(float, ax.get_ylim())),
        "legend": [text.get_text() for legend in legends for text in legend.get_texts()] if legends else None,
        "legend_entries": [_describe_entry(text, handle) for legend in legends
                           for text, handle in zip(legend.get_texts(), legend.legend_handles)],
        "texts": [text.get_text() for text in ax.texts],
        "xticks": [float(x) for x in ax.get_xticks()],
        "xticklabels": _texts_of_ticks(ax.xaxis),
        "lines": [{"x": x, "y": y,
                   "label": str(line.get_label()), "linestyle": str(line.get_linestyle()), "marker": str(line.get_marker()),
                   "colour": _hex(line.get_color()), "width": float(line.get_linewidth()), "opacity": _opacity(line),
                   "zorder": float(line.get_zorder()), "visible": _can_be_seen(line, _colours_of_line(line), ground),
                   "across": _across(ax, line, line.get_xdata(orig=False))}
                  for line in ax.get_lines() for x, y in [_points(ax, line)]],
        "segments": [{"x": _floats(segment[:, 0]), "y": _floats(segment[:, 1]), "label": str(shown.get_label()),
                      "across": _across(ax, shown, segment[:, 0])}
                     for shown in strokes for segment in shown.get_segments()],
        "points": [{"x": x, "y": y, "label": str(shown.get_label())}
                   for shown in dots for x, y in [_floats(shown.get_offsets()).T]],
        "bars": [{key: float(value) for key, value in bar.items()} for bar in bars],
        "meshes": len(meshes),
        "pictures": [found for shown in meshes if (found := _describe_picture(shown)) is not None],
        "saved": "savefig" in saving.seen, "shown": "show" in saving.seen,
    }


def _legends(ax: Any) -> list[Any]:
    """Visible legends of an Axes, also those added as artists, and those of its figure."""
    from matplotlib.legend import Legend

    return [child for child in (*ax.get_children(), *ax.figure.legends) if isinstance(child, Legend) and child.get_visible()]


def _label(ax: Any, axis: Any) -> str:
    """Label of an axis; empty where it is hidden."""
    shown = ax.axison and axis.get_visible() and axis.label.get_visible()
    return str(axis.label.get_text()) if shown else ""


def _opacity(artist: Any) -> float:
    alpha = artist.get_alpha() if hasattr(artist, "get_alpha") else None
    return 1.0 if alpha is None or np.ndim(alpha) else float(alpha)


def _can_be_seen(artist: Any, colours: Sequence[Any] = (), ground: Any = None) -> bool:
    """False for an artist that is hidden or transparent, or all of whose colours are transparent or those of the ground."""
    from matplotlib import colors

    if not artist.get_visible() or _opacity(artist) <= LEAST_OPACITY:
        return False
    alphas = [colors.to_rgba(colour)[3] for colour in colours]
    return not colours or any(alpha > LEAST_OPACITY and (ground is None or colors.to_hex(colour) != colors.to_hex(ground))
                              for colour, alpha in zip(colours, alphas))


def _colours_of_line(line: Any) -> list[Any]:
    """Colours of a line and of its markers, of what is drawn of them."""
    nothing = ("None", "none", "", " ")
    strokes = [line.get_color()] if line.get_linestyle() not in nothing and line.get_linewidth() > 0 else []
    markers = [line.get_markerfacecolor(), line.get_markeredgecolor()] if str(line.get_marker()) not in nothing else []
    return strokes + markers


def _describe_entry(text: Any, handle: Any) -> dict[str, Any]:
    """Describe a legend entry: its text and its handle. A handle that is not a line has only a colour."""
    def of(name: str) -> Any:
        return getattr(handle, name, lambda: None)()

    colour, width = of("get_color") if hasattr(handle, "get_color") else of("get_facecolor"), of("get_linewidth")
    return {"text": str(text.get_text()), "colour": _hex(colour), "linestyle": str(of("get_linestyle")),
            "marker": str(of("get_marker")), "width": width if np.isscalar(width) else None, "opacity": _opacity(handle)}


def _hex(colour: Any) -> str:
    """A colour as #rrggbb, or an empty string if it is not a single colour."""
    from matplotlib import colors

    return colors.to_hex(colour) if colors.is_color_like(colour) else ""


def _texts_of_ticks(axis: Any) -> list[str]:
    """Texts of the tick labels of an axis.

    Ticks are expensive to create: where only the first exists, the formatter is asked and no others are made.
    """
    ticks: list[Any] = getattr(axis, "majorTicks", [])
    if len(ticks) == 1 and ticks[0].label1.get_visible() and not ticks[0].label2.get_visible():
        return [str(text) for text in axis.get_major_formatter().format_ticks(axis.get_majorticklocs())]
    return [label.get_text() for label in axis.get_ticklabels()]


def _points(ax: Any, line: Any) -> tuple[Any, Any]:
    """x and y of a line; those of an axline are where it leaves the Axes."""
    from matplotlib.lines import AxLine

    if isinstance(line, AxLine):
        x, y = (line.get_transform() - ax.transData).transform(line.get_xydata()).T
        return _floats(x), _floats(y)
    return _floats(line.get_xdata(orig=False)), _floats(line.get_ydata(orig=False))


def _across(ax: Any, shown: Any, xs: Any) -> tuple[float, float]:
    """Return the smallest and largest x that a line or segment with these x reaches, in data coordinates; NaN without points."""
    x = _floats(xs)
    x = x[np.isfinite(x)]
    if not len(x):
        return np.nan, np.nan
    if not shown.get_transform().contains_branch_seperately(ax.transData)[0]:
        left, right = ax.get_xlim()
        x = left + x * (right - left)
    return float(x.min()), float(x.max())


def _describe_picture(shown: Any) -> dict[str, Any] | None:
    """Describe an image, mesh or contour set.

    Returns
    -------
    dict or None
        kind, zorder and visible, and depending on the kind:

        - "cells" (image or mesh): for each number the x and y of its cell's centre in data coordinates, the number itself
          (value), and its position in the colormap, from 0 to 1 (place).
        - "cells" and "bands": the colours of the colormap at five places from 0 to 1 (scale).
        - "bands" (contours): for each vertex of an outline its x and y, the two levels its band lies between (low, high; equal
          for contour lines), and their positions in the colormap (low_place, high_place).
        - "colours": an image of colours, without numbers.

        None if the picture is too large.
    """
    from matplotlib.contour import ContourSet

    common = {"zorder": float(shown.get_zorder()), "visible": _can_be_seen(shown)}
    shown.autoscale_None()
    if isinstance(shown, ContourSet):
        found = _describe_bands(shown)
        return None if found is None else {"kind": "bands", **common, "scale": _scale(shown), **found}
    numbers = shown.get_array()
    if numbers is None or (np.ndim(numbers) == 3 and np.shape(numbers)[2] > 1):
        return {"kind": "colours", **common}
    if not 0 < np.size(numbers) <= MOST_NUMBERS:
        return None
    x, y = _middles(shown, np.shape(numbers))
    if x.size != np.size(numbers):
        return {"kind": "colours", **common}
    return {"kind": "cells", **common, "scale": _scale(shown), "x": x.ravel(), "y": y.ravel(), "value": _floats(numbers).ravel(),
            "place": _places(shown, numbers).ravel()}


def _scale(shown: Any) -> np.ndarray:
    """The colours of a picture's colormap at five places from 0 to 1, as rows of red, green, blue and opacity."""
    return _floats(shown.get_cmap()(np.linspace(0, 1, 5)))


def _middles(shown: Any, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """x and y of the cell centres of an image or mesh."""
    rows, columns = (*shape, 1)[:2]
    if hasattr(shown, "get_coordinates"):                       # pcolormesh, pcolor
        corners: np.ndarray = np.ma.filled(np.ma.asarray(shown.get_coordinates(), dtype=float), np.nan)
        if corners.shape[:2] != (rows, columns):                # the numbers stand between the corners
            corners = (corners[:-1, :-1] + corners[1:, :-1] + corners[:-1, 1:] + corners[1:, 1:]) / 4
        return corners[..., 0], corners[..., 1]
    if hasattr(shown, "get_extent"):                            # imshow
        left, right, bottom, top = shown.get_extent()
        first, last = (bottom, top) if shown.origin == "lower" else (top, bottom)
        x = left + (np.arange(columns) + 0.5) * (right - left) / columns
        y = first + (np.arange(rows) + 0.5) * (last - first) / rows
        return np.broadcast_to(x, (rows, columns)), np.broadcast_to(y[:, None], (rows, columns))
    places = shown.get_offsets() if len(shown.get_offsets()) == rows * columns else \
        np.array([path.vertices[:-1].mean(axis=0) for path in shown.get_paths()]).reshape(-1, 2)
    return _floats(places[:, 0]), _floats(places[:, 1])


def _describe_bands(shown: Any) -> dict[str, Any] | None:
    """Vertices of the outlines of a contour set, and the levels that each lies between."""
    edges = [float(level) for level in shown.levels]
    if shown.filled:
        edges = [-np.inf] * (shown.extend in ("min", "both")) + edges + [np.inf] * (shown.extend in ("max", "both"))
        limits = list(pairwise(edges))
    else:
        limits = list(zip(edges, edges))
    corners = [np.asarray(path.vertices, dtype=float).reshape(-1, 2) for path in shown.get_paths()]
    if sum(map(len, corners)) > MOST_NUMBERS or len(corners) != len(limits):
        return None
    counts = [len(part) for part in corners]
    places = np.concatenate([*corners, np.zeros((0, 2))])
    low, high = (np.repeat([pair[side] for pair in limits], counts) for side in (0, 1))
    return {"x": places[:, 0], "y": places[:, 1], "low": low, "high": high,
            "low_place": _places(shown, low), "high_place": _places(shown, high)}


def _places(shown: Any, numbers: np.ndarray) -> np.ndarray:
    """Positions of numbers in the colormap, from 0 to 1; NaN for numbers that have none."""
    return _floats(shown.norm(np.ma.masked_invalid(numbers)))


def _floats(data: Any) -> np.ndarray:
    """Coordinates as floats: categories are already positions, masked points become NaN."""
    return np.ma.filled(np.ma.asarray(data, dtype=float), np.nan)


def picture(ax: Any) -> bytes:
    """Render the figure of an Axes as PNG."""
    from io import BytesIO

    saving.end()
    buffer = BytesIO()
    with _powers_as_text(ax.figure):
        ax.figure.savefig(buffer, format="png", dpi=100, metadata={"Software": None})
    return buffer.getvalue()


POWER = re.compile(r"\$\\mathdefault\{(-?10)\^\{(-?\d+)\}\}\$")
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@contextlib.contextmanager
def _powers_as_text(figure: Any) -> Iterator[None]:
    """Context in which the powers of ten at logarithmic axes are plain text: as formulas they cost half the time of a figure."""
    import matplotlib
    from matplotlib.ticker import FuncFormatter, LogFormatterSciNotation

    usual = matplotlib.rcParams["font.family"] == matplotlib.rcParamsDefault["font.family"]  # a font that has these characters
    changed = [(axis, formula) for ax in figure.axes if usual for axis in (ax.xaxis, ax.yaxis)
               if type(formula := axis.get_major_formatter()) is LogFormatterSciNotation]
    for axis, formula in changed:
        axis.major.formatter = FuncFormatter(lambda x, place, formula=formula: POWER.sub(
            lambda power: power[1] + power[2].translate(RAISED), formula(x, place)))
    try:
        yield
    finally:
        for axis, formula in changed:
            axis.major.formatter = formula


def draw_once() -> None:
    """Draw one figure of each kind, to fill matplotlib's caches of fonts, formulas and scales."""
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
