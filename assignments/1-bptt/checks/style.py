"""The style of all figures: readable at half size, and distinguishable without colour vision."""

from __future__ import annotations

# The palette of Okabe and Ito, distinguishable with the common forms of colour blindness.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
# Ten colours for figures in tests, where students choose the line style: neighbours differ in lightness. None of them is one that
# people write down, such as black or #0072B2: a student's own line in such a colour would look like one of these.
TEN = ("#0173B1", "#E59E01", "#0B0B14", "#CB7AA6", "#019D72", "#57B3E8", "#D45F02", "#9A989C", "#670F02", "#45A998")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
# Dash patterns that distinguish lines in greyscale too.
DASHES = ("-", (0, (7, 2)), (0, (4, 1, 1, 1)), (0, (2, 1)), (0, (9, 1, 1, 1, 1, 1)), (0, (5, 4)), (0, (1, 1)))


def use() -> None:
    """Set Matplotlib's defaults for the notebooks and reports."""
    import matplotlib as mpl
    from cycler import cycler

    mpl.rcParams.update({
        "axes.prop_cycle": cycler(color=COLOURS, linestyle=DASHES), "axes.spines.top": False, "axes.spines.right": False,
        "axes.grid": True, "grid.alpha": 0.3, "axes.axisbelow": True, "font.size": 13, "axes.titlesize": 14,
        "legend.frameon": False, "lines.linewidth": 2.2, "figure.figsize": (8.0, 4.5), "figure.dpi": 100,
        "image.cmap": "viridis", "figure.constrained_layout.use": True,
    })
