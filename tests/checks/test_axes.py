"""What a figure holds, read back from its Axes."""

import io
import sys
import types

import numpy as np
import pytest

from autograder.checks.axes import Canvas, describe, new_axes, picture
from autograder.checks.style import COLOURS, TEN


def test_lines_come_with_their_data_labels_and_styles():
    """x, y, label, line style and marker of each line, in order."""
    ax = new_axes()
    ax.plot([1, 2, 3], [4.0, 5.0, 6.0], "--o", label="norm")
    ax.plot(np.ma.masked_invalid([1.0, np.nan]), [0.0, 1.0])
    lines = describe(ax)["lines"]
    np.testing.assert_array_equal(lines[0]["x"], [1, 2, 3])
    np.testing.assert_array_equal(lines[0]["y"], [4, 5, 6])
    assert (lines[0]["label"], lines[0]["linestyle"], lines[0]["marker"]) == ("norm", "--", "o")
    assert np.isnan(lines[1]["x"][1])


def test_words_scales_limits_and_ticks_are_read():
    """Title, labels, log scale, limits and the ticks' labels."""
    ax = new_axes()
    ax.set(title="Norms", xlabel="k", ylabel="norm", yscale="log", xlim=(0, 4), ylim=(1e-8, 1.0))
    ax.set_xticks([1, 2], ["brown", "black"])
    ax.text(1, 0.1, "shepherd")
    found = describe(ax)
    assert (found["title"], found["xlabel"], found["ylabel"]) == ("Norms", "k", "norm")
    assert (found["xscale"], found["yscale"]) == ("linear", "log")
    assert (found["xlim"], found["ylim"]) == ((0.0, 4.0), (1e-8, 1.0))
    assert (found["xticks"], found["xticklabels"]) == ([1.0, 2.0], ["brown", "black"])
    assert found["texts"] == ["shepherd"]


def test_bars_come_with_their_place_and_height():
    """The middle of each bar, its height, foot and width."""
    ax = new_axes()
    ax.bar([1, 2], [3.0, 5.0], width=0.5, bottom=[0.0, 1.0])
    assert describe(ax)["bars"] == [{"x": 1.0, "height": 3.0, "bottom": 0.0, "width": 0.5},
                                    {"x": 2.0, "height": 5.0, "bottom": 1.0, "width": 0.5}]


@pytest.mark.parametrize("style, seen", [
    ({}, True), ({"visible": False}, False), ({"alpha": 0.0}, False), ({"color": "white"}, False),
    ({"color": (0, 0, 0, 0)}, False), ({"color": "white", "marker": "o", "mec": "black"}, True),
    ({"color": "white", "marker": "o"}, False),
    ({"color": "black", "linestyle": "none", "marker": "o", "mfc": "none"}, True),
    ({"color": "white", "mfc": "black"}, False), ({"color": "0.9"}, True),
])
def test_a_line_in_the_colour_of_the_ground_is_not_seen(style, seen):
    """Nor one that is transparent; over an image any colour may be seen."""
    ax = new_axes()
    line, = ax.plot([0, 1], [1, 2], **style)
    assert describe(ax)["lines"][0]["visible"] is seen
    ax.imshow([[0.0, 1.0]])
    if line.get_visible() and line.get_alpha() is None and style.get("color") == "white":
        assert describe(ax)["lines"][0]["visible"]


def test_bars_and_pictures_that_nobody_sees():
    """White bars without an edge are none; an image of no opacity is not visible."""
    ax = new_axes()
    ax.bar([0, 1], [2, 3], color="white")
    assert describe(ax)["bars"] == []
    ax.bar([0, 1], [2, 3], color="white", edgecolor="black")
    assert len(describe(ax)["bars"]) == 2
    ax.imshow([[0.0, 1.0]], alpha=0.0)
    assert not describe(ax)["pictures"][0]["visible"]


def test_names_on_an_axis_are_their_places():
    """A line over words has 0, 1, ... as its x."""
    ax = new_axes()
    ax.plot(["dog", "cat"], [1.0, 2.0])
    assert describe(ax)["lines"][0]["x"].tolist() == [0.0, 1.0]


def test_the_legend_is_none_until_there_is_one():
    """A label alone is no legend."""
    ax = new_axes()
    ax.plot([1], [1], label="tanh")
    assert describe(ax)["legend"] is None
    ax.legend()
    assert describe(ax)["legend"] == ["tanh"]


def test_images_meshes_and_contours_are_counted():
    """A map is seen, whichever way it was drawn."""
    ax = new_axes()
    assert describe(ax)["meshes"] == 0
    ax.imshow(np.eye(3))
    ax.pcolormesh(np.eye(3))
    assert describe(ax)["meshes"] == 2


NUMBERS = np.array([[1.0, 10.0, 100.0], [1000.0, 10.0, 1.0]])
LINEAR, LOGARITHMIC = ((n - n.min()) / np.ptp(n) for n in (NUMBERS, np.log10(NUMBERS)))
XS, YS = np.array([0.0, 1.0, 2.0]), np.array([5.0, 7.0])
LOWER = {"extent": (-0.5, 2.5, 4.0, 8.0), "origin": "lower"}


@pytest.mark.parametrize("draw, places", [
    (lambda ax: ax.pcolormesh(XS, YS, NUMBERS), LINEAR), (lambda ax: ax.pcolormesh(XS, YS, NUMBERS, norm="log"), LOGARITHMIC),
    (lambda ax: ax.pcolormesh(XS, YS, NUMBERS, shading="gouraud"), LINEAR), (lambda ax: ax.pcolor(XS, YS, NUMBERS), LINEAR),
    (lambda ax: ax.imshow(np.log10(NUMBERS), **LOWER), LOGARITHMIC),
    (lambda ax: ax.imshow(NUMBERS, norm="log", **LOWER), LOGARITHMIC),
    (lambda ax: ax.imshow(NUMBERS[::-1], extent=LOWER["extent"]), LINEAR),
    (lambda ax: ax.scatter(*np.meshgrid(XS, YS), c=NUMBERS.ravel()), LINEAR),
])
def test_each_number_of_a_picture_has_a_position_and_a_place_among_the_colours(draw, places):
    """The same however it was drawn, and whether the numbers or their scale are logarithmic."""
    ax = new_axes()
    draw(ax)
    (found,) = describe(ax)["pictures"]
    assert found["kind"] == "cells"
    for x, y, place in zip(found["x"], found["y"], found["place"], strict=True):
        i, j = np.argmin(abs(YS - y)), np.argmin(abs(XS - x))
        np.testing.assert_allclose([x, y, place], [XS[j], YS[i], places[i, j]], atol=1e-12)


def test_an_image_without_origin_stands_upside_down():
    """Row 0 is at the top, unless origin="lower" is given."""
    ax = new_axes()
    ax.imshow(NUMBERS, extent=LOWER["extent"])
    (found,) = describe(ax)["pictures"]
    assert (found["y"][0], found["y"][-1]) == (7.0, 5.0)
    np.testing.assert_array_equal(found["value"], NUMBERS.ravel())


@pytest.mark.parametrize("draw", ["contourf", "contour", "tricontourf"])
def test_the_outlines_of_contours_lie_where_their_numbers_are(draw):
    """On a plane, each corner of an outline has a height between the two numbers of its band."""
    ax = new_axes()
    x, y = np.meshgrid(np.linspace(0.0, 4.0, 9), np.linspace(-1.0, 1.0, 5))
    if draw == "tricontourf":
        x, y = x.ravel(), y.ravel()
    getattr(ax, draw)(x, y, x + 10 * y, levels=[-9, -2, 1, 8], **({} if draw == "contour" else {"extend": "both"}))
    (found,) = describe(ax)["pictures"]
    height = found["x"] + 10 * found["y"]
    assert found["kind"] == "bands" and len(height) > 20
    assert (height >= found["low"] - 1e-9).all() and (height <= found["high"] + 1e-9).all()
    assert set(found["high"]) == {-9, -2, 1, 8} | ({np.inf} if draw != "contour" else set())


def test_a_picture_of_colours_has_no_numbers():
    """Nor has an area; a picture too large to describe is counted alone."""
    ax = new_axes()
    ax.imshow(np.zeros((2, 2, 3)))
    ax.fill_between([1.0, 2.0], [2.0, 2.0])
    ax.imshow(np.zeros((200, 200)))
    found = describe(ax)
    assert [picture["kind"] for picture in found["pictures"]] == ["colours"]
    assert found["meshes"] == 2


def test_points_and_the_strokes_of_hlines_are_no_pictures():
    """They come with their coordinates and labels."""
    ax = new_axes()
    ax.scatter([1.0, 2.0], [3.0, 4.0], label="norm")
    ax.hlines(0.25, 1, 5, label="chance")
    found = describe(ax)
    assert (found["meshes"], found["pictures"], found["lines"]) == (0, [], [])
    assert [(list(point["x"]), list(point["y"]), point["label"]) for point in found["points"]] == [([1, 2], [3, 4], "norm")]
    assert [(list(line["x"]), list(line["y"]), line["label"]) for line in found["segments"]] == [([1, 5], [0.25, 0.25], "chance")]


def test_two_legends_are_read_with_their_samples():
    """Matplotlib's own recipe: one for colours, added as an artist, one for styles."""
    ax = new_axes()
    line, = ax.plot([1, 2], [1, 2], color="#0072b2")
    ax.add_artist(ax.legend(handles=[line], labels=["radius 0.5"]))
    dashed, = ax.plot([], [], "k--")
    ax.legend(handles=[dashed], labels=["bound"], loc="lower left")
    found = describe(ax)
    assert sorted(found["legend"]) == ["bound", "radius 0.5"]
    assert {entry["text"]: (entry["colour"], entry["linestyle"]) for entry in found["legend_entries"]} == {
        "radius 0.5": ("#0072b2", "-"), "bound": ("#000000", "--")}
    assert found["lines"][0]["colour"] == "#0072b2"


def test_a_title_is_read_wherever_it_stands():
    """loc="left" is a title too."""
    ax = new_axes()
    ax.set_title("without clipping", loc="left")
    assert describe(ax)["title"] == "without clipping"


def test_a_canvas_gives_one_axes_or_several():
    """`axes()` one, `axes(2)` an array of two; `read` follows."""
    canvas = Canvas()
    one, two = canvas.axes(), canvas.axes(2)
    one.set_title("one")
    two[1].set_title("right")
    assert canvas.read(one)["title"] == "one"
    assert [found["title"] for found in canvas.read(two)] == ["", "right"]


@pytest.mark.parametrize("of_pyplot", [False, True])
def test_a_figure_that_is_saved_is_told(of_pyplot):
    """Be it the own one or pyplot's; afterwards matplotlib has its own method again."""
    import matplotlib.pyplot as plt
    from matplotlib.figure import Figure

    own, ax = Figure.savefig, new_axes()
    (plt if of_pyplot else ax.figure).savefig(io.BytesIO())
    assert describe(ax)["saved"] and Figure.savefig is own
    assert picture(ax) and describe(ax)["saved"]
    assert not describe(new_axes())["saved"] and Figure.savefig is own
    plt.close("all")


def test_a_figure_that_is_shown_is_told():
    """Whoever imported pyplot; afterwards it has its own function again."""
    import matplotlib.pyplot as plt

    own, ax = plt.show, new_axes()
    plt.show()
    found = describe(ax)
    assert found["shown"] and not found["saved"] and plt.show is own
    assert not describe(new_axes())["shown"] and plt.show is own


@pytest.mark.parametrize("thing", [None, 3, types.SimpleNamespace(), types.ModuleType("pyplot")], ids=repr)
def test_what_stands_in_the_place_of_pyplot_has_no_show(monkeypatch, thing):
    """As code may leave it there: figures are made and described all the same."""
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", thing)
    assert not describe(new_axes())["shown"]


def test_a_picture_is_a_png_and_no_window():
    """The figure is drawn by Agg and unknown to pyplot."""
    from matplotlib import pyplot

    ax = new_axes()
    assert picture(ax).startswith(b"\x89PNG\r\n\x1a\n")
    assert picture(ax) == picture(ax)
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize("value", [None, 3], ids=["none", "number"])
def test_what_is_no_axes_is_not_read(value):
    """An honest error, not an empty description."""
    with pytest.raises(AttributeError):
        Canvas().read(value)


def drawn_by_hand(ax):
    """A little of everything on an Axes."""
    ax.plot([0.0, 7.0], [1.0, 2.0], label="norm")
    ax.bar([1], [2.0])
    ax.set(xlabel="lag", ylabel="norm", title="decay")
    ax.legend()


@pytest.mark.parametrize("draw", [
    lambda ax: ax.axline((0, 0.25), slope=0), lambda ax: ax.axline((3, 0.25), (5, 0.25)),
    lambda ax: ax.hlines(0.25, 0, 1, transform=ax.get_yaxis_transform()), lambda ax: ax.axhline(0.25),
    lambda ax: ax.plot([0, 1], [0.25, 0.25], transform=ax.get_yaxis_transform()),
])
def test_a_line_across_the_axes_is_one_however_it_is_drawn(draw):
    """It is level, and reaches from the one limit to the other."""
    ax = new_axes()
    ax.set(xlim=(-2, 7), ylim=(0, 1))
    draw(ax)
    found = describe(ax)
    line, = found["lines"] + found["segments"]
    np.testing.assert_allclose(line["y"], 0.25)
    np.testing.assert_allclose(line["across"], (-2, 7))


def test_a_sloping_axline_has_the_points_where_it_leaves_the_axes():
    """Not the two numbers 0 and 1 by which Matplotlib says where they are."""
    ax = new_axes()
    ax.set(xlim=(0, 4), ylim=(0, 10))
    ax.axline((1, 3), slope=2)
    line, = describe(ax)["lines"]
    np.testing.assert_allclose([line["x"], line["y"]], [[0, 4], [1, 9]])


def test_fresh_axes_draw_in_no_colour_that_people_write_down():
    """A line of chance in black, in a grey or in a colour of the notebooks is never drawn as one that has the next colour."""
    from matplotlib import colors

    written = {*colors.get_named_colors_mapping(), *COLOURS, *(f"{grey / 100:.2f}" for grey in range(101))}
    assert not {colour.lower() for colour in TEN} & {colors.to_hex(colour) for colour in written}
    assert len(set(TEN)) == 10


@pytest.mark.parametrize("count", [1, 2])
def test_a_copy_of_fresh_axes_is_as_good_as_new_ones(count):
    """What is drawn on it comes out the same, to the pixel, and nothing of it is on the next one."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4 * count, 4.2), dpi=100)
    FigureCanvasAgg(figure)
    plain, copied = np.ravel(figure.subplots(1, count)), np.ravel(new_axes(count))
    for ax in plain:
        ax.set_prop_cycle(color=TEN)
    for ax in (*plain, *copied):
        drawn_by_hand(ax)
    assert [repr(describe(ax)) for ax in plain] == [repr(describe(ax)) for ax in copied]
    assert picture(plain[0]) == picture(copied[0])
    assert all(describe(ax)["lines"] == [] for ax in np.ravel(new_axes(count)))


def test_fresh_axes_follow_the_settings():
    """A style that was set meanwhile holds for the next Axes, and no longer than it is set."""
    import matplotlib

    before = new_axes().title.get_fontsize()
    with matplotlib.rc_context({"axes.titlesize": 3 * before}):
        assert new_axes().title.get_fontsize() == 3 * before
    assert new_axes().title.get_fontsize() == before


@pytest.mark.parametrize("change", [
    lambda ax: None, lambda ax: ax.tick_params(labelbottom=False), lambda ax: ax.tick_params(labeltop=True),
    lambda ax: [label.set_visible(False) for label in ax.get_xticklabels()[::2]], lambda ax: ax.set_xscale("log"),
    lambda ax: ax.set_xticks([1, 2], ["brown", "black"]), lambda ax: ax.set_xticks([3]), lambda ax: ax.set_xticks([]),
    lambda ax: ax.xaxis.set_major_formatter("step {x:g}"), lambda ax: ax.plot(["dog", "cat"], [1, 2]),
    lambda ax: ax.get_figure().canvas.draw(),
], ids=["plain", "hidden", "above", "every other", "log", "words", "one", "none", "formatter", "names", "drawn"])
def test_ticks_that_are_not_made_are_told_as_if_they_were(change):
    """The labels matplotlib would give, whatever was done to them."""
    ax = new_axes()
    change(ax)
    found = describe(ax)["xticklabels"]
    assert found == [label.get_text() for label in ax.get_xticklabels()]
