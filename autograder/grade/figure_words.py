"""Describe a figure in words, from the contents of its Axes: for readers who cannot see it, and for search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograder.checks.words import _, _n
from autograder.text import one_line

# Lines described one by one; the rest is counted.
MOST = 6


def in_words(axes: Any) -> str:
    """Describe a figure.

    Parameters
    ----------
    axes : dict or list of dict
        Result of `autograder.checks.axes.describe`. Untrusted: a student's figure may have put anything into it.

    Returns
    -------
    str
        One or more sentences with values of at most three digits; empty if nothing can be said.
    """
    panels = axes if isinstance(axes, Sequence) and not isinstance(axes, str) else [axes]
    told = [text for panel in panels if isinstance(panel, Mapping) and (text := _panel(panel))]
    if len(told) > 1:
        told = [_("Panel {number}: {text}", number=number, text=text) for number, text in enumerate(told, 1)]
    return one_line(" ".join(told), 900)


def _panel(panel: Mapping[str, Any]) -> str:
    parts = [_title(panel)]
    lines = [line for line in _list(panel, "lines") if isinstance(line, Mapping)]
    shown = [_line(line) for line in lines[:MOST]]
    if shown:
        more = _(", and {count} more", count=len(lines) - MOST) if len(lines) > MOST else ""
        parts.append(_n("{count} line: {lines}.", "{count} lines: {lines}.", len(lines), lines=f"{'; '.join(shown)}{more}"))
    bars = _list(panel, "bars")
    if bars:
        labels = [str(text) for text in _list(panel, "xticklabels") if str(text).strip()][:20]
        over = _(" over {labels}", labels=", ".join(labels)) if labels else ""
        parts.append(_("{count} bars", count=len(bars)) + over + _heights(bars) + ".")
    if panel.get("meshes"):
        parts.append(_("A surface in colours or contours."))
    return " ".join(filter(None, parts))


def _list(panel: Mapping[str, Any], name: str) -> list[Any]:
    found = panel.get(name)
    return list(found) if isinstance(found, list | tuple) else []


def _title(panel: Mapping[str, Any]) -> str:
    def axis(name: str) -> str:
        label = str(panel.get(f"{name}label") or _("no label")).strip()
        return label + (_(" (logarithmic)") if panel.get(f"{name}scale") == "log" else "")

    title = str(panel.get("title") or "").strip()
    return f"{title}. " * bool(title) + _("{y} against {x}.", y=axis("y"), x=axis("x"))


def _line(line: Mapping[str, Any]) -> str:
    label = str(line.get("label") or "")
    name = _("unnamed") if not label or label.startswith("_") else label
    values = [value for value in map(_number, _values(line.get("y"))) if value is not None]
    if not values:
        return name
    if len(values) == 1:
        return f"{name}, {values[0]:.3g}"
    return _("{name}, from {first:.3g} to {last:.3g}", name=name, first=values[0], last=values[-1])


def _heights(bars: Sequence[Any]) -> str:
    heights = [value for bar in bars if isinstance(bar, Mapping) and (value := _number(bar.get("height"))) is not None]
    return _(", from {lowest:.3g} to {highest:.3g}", lowest=min(heights), highest=max(heights)) if heights else ""


def _values(data: Any) -> list[Any]:
    try:
        return list(data)[:100_000]
    except TypeError:
        return []


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if number == number and abs(number) != float("inf") else None
