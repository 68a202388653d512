"""The look of every figure: colours that stay apart for everybody, and dashes where colours do not."""

from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from autograder.checks import style

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
SEEN_WITH = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])


def lab(colour, kind):
    """CIELAB coordinates of a colour as somebody sees it."""
    rgb = np.array([int(colour[place:place + 2], 16) for place in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(np.array(SEEN_WITH[kind]) @ linear, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def closest(colours, kind):
    """The smallest distance between two colours (CIE 1976)."""
    return min(np.linalg.norm(lab(one, kind) - lab(other, kind)) for one, other in combinations(colours, 2))


@pytest.mark.parametrize("kind", SEEN_WITH)
def test_colours_stay_apart_without_all_cones(kind):
    """An eye tells 2.3 apart side by side; ten is far from that. Matplotlib's own colours come nearer."""
    assert closest(style.COLOURS, kind) > 15
    tableau = [to_hex(colour) for colour in mpl.rcParamsDefault["axes.prop_cycle"].by_key()["color"]]
    assert closest(tableau, "protanopia") < 10, "the measure sees what it is for"


def test_lines_of_one_figure_differ_in_colour_and_in_dashes():
    """Radius 1.5 and 1 in one picture: told apart in grey, too."""
    with mpl.rc_context():
        style.use()
        axes = Figure().add_subplot()
        lines = [axes.plot([0, 1])[0] for _ in style.COLOURS]
    looks = [(line.get_color(), line._dash_pattern) for line in lines]
    assert len({colour for colour, _ in looks}) == len({str(dashes) for _, dashes in looks}) == len(style.COLOURS)
    assert len(set(style.MARKERS)) == len(style.COLOURS)
