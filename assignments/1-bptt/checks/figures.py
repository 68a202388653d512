"""Show figures in the notebooks, each with a caption and an alternative text, and sliders with a static figure as fallback."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Sequence
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

from .check import in_notebook
from .words import _

# Environment variable: if it names a folder, each figure is also saved there as SVG and PNG. See `make figures`.
FOLDER = "CHECKS_FIGURES"


def show_figure(caption: str, alt: str, figure: Any = None) -> None:
    """Show a figure with a caption, and a description for screen readers.

    Parameters
    ----------
    caption : str
        A sentence below the figure.
    alt : str
        Description of the figure for readers who cannot see it.
    figure : Figure, optional
        By default the current figure of pyplot. It is closed afterwards.
    """
    import matplotlib.pyplot as plt

    figure = figure or plt.gcf()
    _save(figure, caption)
    if in_notebook():
        from IPython.display import display

        png = _picture(figure, "png")
        html = (f'<figure style="margin:0"><img alt="{escape(alt)}" style="max-width:100%;background:#fff" '
                f'src="data:image/png;base64,{base64.b64encode(png).decode()}"><figcaption>{escape(caption)}</figcaption></figure>')
        display({"text/html": html, "text/plain": f"{caption}\n{alt}"}, raw=True)
    plt.close(figure)


def slider(draw: Callable[[Any, float], None], label: str, values: Sequence[float], caption: str, alt: str) -> None:
    """Show panels for the first, middle and last value, and below them a slider if ipywidgets is available.

    Parameters
    ----------
    draw : callable
        ``draw(ax, value)`` draws one panel.
    label : str
        Name of the quantity that the slider changes.
    values : sequence of float
    caption, alt : str
        For the three panels; see `show_figure`.
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 3, figsize=(13, 4), sharex=True, sharey=True)
    for ax, value in zip(axes, (values[0], values[len(values) // 2], values[-1]), strict=True):
        draw(ax, value)
        ax.set_title(f"{label} {value:g}")
    show_figure(caption, alt, figure)
    try:
        import ipywidgets
    except ImportError:
        return
    if not in_notebook():
        return

    def moved(value: float) -> None:
        one, ax = plt.subplots()
        draw(ax, value)
        alt = _("The panel for {label} {value:g}; move the slider for another one.", label=label, value=value)
        show_figure(f"{label} {value:g}", alt, one)

    ipywidgets.interact(moved, value=ipywidgets.SelectionSlider(options=list(values), description=label,
                                                                value=values[len(values) // 2], continuous_update=False))


def _picture(figure: Any, kind: str) -> bytes:
    buffer = BytesIO()
    # No date and no version, so that the same figure gives the same bytes.
    metadata = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    figure.savefig(buffer, format=kind, dpi=100, bbox_inches="tight", metadata=metadata)
    return buffer.getvalue()


def _save(figure: Any, caption: str) -> None:
    folder = os.environ.get(FOLDER)
    if not folder:
        return
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^a-z0-9]+", "-", caption.lower()).strip("-")[:50].strip("-")
    number = len(list(place.glob("*.png"))) + 1
    for kind in ("svg", "png"):
        (place / f"{number:02}-{name}.{kind}").write_bytes(_picture(figure, kind))
