"""Public tests of stage 3: small cases worked by hand, runs that are replayed, independent derivatives."""

import re
from itertools import product

import numpy as np

from checks import expect, expect_raises, expect_true, expect_unchanged, task

LN3 = float(np.log(3.0))  # σ(ln 3) = 3/4, σ(0) = 1/2, σ(-ln 3) = 1/4


def small_network():
    """An RNN with D = 1, H = 2, V = 3 in fixed numbers."""
    return {"W_x": np.array([[0.5], [-0.3]]), "W_h": np.array([[0.4, -0.2], [0.1, 0.6]]), "b": np.array([0.05, -0.1]),
            "W_y": np.array([[0.7, -0.4], [-0.5, 0.9], [0.2, 0.3]])}


def small_batches(count):
    """That many batches of four steps, all different, and h_0."""
    return [(np.array([[0.3 + 0.1 * i], [-0.2 * i], [0.4], [0.1 * i]]), np.array([i % 2, (i // 2) % 2, 2, i % 3]),
             np.array([0.1, -0.05 * i])) for i in range(count)]


def spoiled(batch):
    """The batch with a missing value in x: its loss is NaN whatever the parameters are."""
    x, y, h_0 = batch
    return np.full(x.shape, np.nan), y, h_0


def history(result):
    """The dict that train returned, with "losses" and "norms" as lists."""
    wanted = {"params": {}, "losses": [], "norms": [], "restarts": 0}
    if not isinstance(result, dict) or any(key not in result for key in wanted):
        expect(result, wanted, "train(...)")
    lists = {key: list(result[key]) if isinstance(result[key], list | tuple | np.ndarray) else result[key]
             for key in ("losses", "norms")}
    return {**{key: result[key] for key in wanted}, **lists}


def expect_losses_of_batches(losses):
    """Batches that differ have losses that do."""
    expect_true(len({str(loss) for loss in losses}) > 1, "are the same for batches that differ", "losses")


@task("3.1", points=2)
def test_sgd_step_goes_against_the_gradient(student):
    """The step is θ - α ∇L, for every key of params."""
    params = {"W": np.array([[1.0, -2.0]]), "b": np.array([0.5])}
    grads = {"W": np.array([[0.5, 4.0]]), "b": np.array([-1.0]), "h_0": np.array([7.0])}
    expect(student.sgd_step(params, grads, 0.1), {"W": np.array([[0.95, -2.4]]), "b": np.array([0.6])}, "params")
    expect(student.sgd_step(params, grads, 2.0), {"W": np.array([[0.0, -10.0]]), "b": np.array([2.5])}, "params")


@task("3.1", points=1)
def test_sgd_step_leaves_the_old_parameters_alone(student):
    """The old parameters and the gradients are what they were after the step."""
    params = small_network()
    got = student.sgd_step(params, {name: theta + 1 for name, theta in params.items()}, 0.5)
    expect(got, {name: 0.5 * theta - 0.5 for name, theta in params.items()}, "params")
    expect_unchanged(student)


@task("3.2", points=2)
def test_global_norm_takes_all_arrays_as_one_vector(student):
    """The norm is the root of the sum of squares over all entries of all arrays."""
    expect(student.global_norm({"W": np.array([[3.0, 0.0], [0.0, -4.0]])}), 5.0, "‖g‖")
    expect(student.global_norm({"W": np.array([[3.0], [-4.0]]), "b": np.array([12.0])}), 13.0, "‖g‖")
    expect(student.global_norm({"b": np.array([0.6]), "c": np.array([[[-0.8]]])}), 1.0, "‖g‖")


@task("3.2", points=2)
def test_a_long_gradient_becomes_as_long_as_the_threshold(student):
    """Above the threshold every entry is scaled by threshold / ‖g‖, and ‖g‖ before clipping is returned too."""
    grads = {"W": np.array([[3.0], [-4.0]]), "b": np.array([12.0])}
    want = {"W": np.array([[0.3], [-0.4]]), "b": np.array([1.2])}
    expect(student.clip_by_norm(grads, 1.3), (want, 13.0), ("clipped", "norm_before"), rtol=2e-6)
    expect(student.clip_by_norm({"b": np.array([30.0, 40.0])}, 5.0), ({"b": np.array([3.0, 4.0])}, 50.0),
           ("clipped", "norm_before"), rtol=2e-6)


@task("3.2", points=1)
def test_a_short_gradient_stays_as_it_is(student):
    """At the threshold and below it the gradient stays; the arrays that were handed in are never changed."""
    grads = {"W": np.array([[3.0], [-4.0]]), "b": np.array([0.0])}
    expect(student.clip_by_norm(grads, 50.0), (grads, 5.0), ("clipped", "norm_before"))
    expect(student.clip_by_norm(grads, 5.0), (grads, 5.0), ("clipped", "norm_before"), rtol=2e-6)
    student.clip_by_norm(grads, 1.0)
    expect_unchanged(student)


@task("3.2", points=1)
def test_a_threshold_must_be_positive(student):
    """A threshold of zero, or below zero, raises ValueError."""
    grads = {"b": np.array([3.0, 4.0])}
    expect_raises(ValueError, student.clip_by_norm, grads, -1.0)
    expect_raises(ValueError, student.clip_by_norm, grads, 0.0)
    student.clip_by_norm(grads, 1.0)  # and not for this one


@task("3.3", points=2)
def test_train_makes_one_step_a_batch_and_records_it(student):
    """Each batch gives one step; its loss, summed over the steps of the sequence, and its norm are recorded."""
    # With W_y = 0 all three classes have probability 1/3 and only W_y gets a gradient: dL_t/dW_y = (y_hat_t - y_t) h_t,
    # and h_t = tanh(0.5 + 0.1 + 0.1) from x_t = (1, 0.5), b = 0.1.
    params = {"W_x": np.array([[0.5, 0.2]]), "W_h": np.array([[0.0]]), "b": np.array([0.1]), "W_y": np.zeros((3, 1))}
    h_t = np.tanh(0.7)
    x, h_0 = np.tile([1.0, 0.5], (4, 1)), np.array([0.3])
    batches = [(x, np.array([0, 0, 0, 0]), h_0), (x[:1], np.array([1]), h_0)]
    # The first step makes W_y = α 4 h_t (2/3, -1/3, -1/3), so the second loss is log(e^s + 2) with s = 4 α h_t².
    one = history(student.train(params, batches[:1], 0.2))
    expect(one["losses"], [4 * np.log(3.0)], "losses")
    expect(one["norms"], [4 * np.sqrt(2 / 3) * h_t], "norms")
    expect(one["params"], {**params, "W_y": 0.8 * h_t / 3 * np.array([[2.0], [-1.0], [-1.0]])}, "params")
    expect(one["restarts"], 0, "restarts")
    two = history(student.train(params, batches, 0.2))
    expect(two["losses"], [4 * np.log(3.0), np.log(np.exp(0.8 * h_t**2) + 2)], "losses")
    expect_unchanged(student)


@task("3.3", points=1)
def test_train_clips_the_step_and_records_the_norm_before(student):
    """With a threshold the step is clipped; "norms" still holds the norm as it was before."""
    params, batches = small_network(), small_batches(1)
    plain = history(student.train(params, batches, 1.0))
    clipped = history(student.train(params, batches, 1.0, threshold=0.25))
    expect(clipped["norms"], plain["norms"], "norms")
    norm = plain["norms"][0]
    expect_true(norm > 0.25, "the norm of this batch's gradient should be above 0.25", "norms")
    want = {name: theta + (plain["params"][name] - theta) * 0.25 / norm for name, theta in params.items()}
    expect(clipped["params"], want, "params", rtol=2e-6)


@task("3.3", points=2)
def test_train_goes_on_from_the_checkpoint_at_half_the_rate(student):
    """After a loss of NaN, training goes on from the last checkpoint with lr / 2 and the next batch."""
    params, good = small_network(), small_batches(9)
    # What should happen, bit by bit: five batches, of which the last is undone; then three at half the rate.
    before = history(student.train(params, good[:4], 0.4))
    undone = history(student.train(params, good[:5], 0.4))
    after = history(student.train(before["params"], good[6:], 0.2))
    broken = history(student.train(params, [*good[:5], spoiled(good[5]), *good[6:]], 0.4, checkpoint_every=2))
    expect(broken["restarts"], 1, "restarts")
    expect(broken["losses"], undone["losses"] + after["losses"], "losses")
    expect_losses_of_batches(broken["losses"])
    expect(broken["norms"], undone["norms"] + after["norms"], "norms")
    expect(broken["params"], after["params"], "params")


@task("3.3", points=2, exact=True)
def test_train_gives_up_with_the_checkpoint(student):
    """When one more restart than max_restarts would be needed, the checkpoint's parameters are returned."""
    params, good = small_network(), small_batches(7)
    bad = spoiled(good[0])
    # Checkpoints lie after two, four and six accepted updates; the third failure is one too many.
    first = history(student.train(params, good[:2], 0.4))
    second = history(student.train(first["params"], good[3:4], 0.2))
    third = history(student.train(second["params"], good[5:6], 0.1))
    run = [*good[:3], bad, *good[3:5], bad, *good[5:], bad, *good[:2]]
    twice = history(student.train(params, run, 0.4, checkpoint_every=2, max_restarts=2))
    expect(twice["restarts"], 2, "restarts")
    expect_true(len(twice["losses"]) == 7, "should hold the seven updates that were accepted before training ended",
                "losses")
    expect(twice["params"], third["params"], "params")
    never = history(student.train(params, [bad, *good], 0.4, max_restarts=0))
    expect(never, {"params": params, "losses": [], "norms": [], "restarts": 0}, "train(...)", rtol=0, atol=0)


@task("3.4", points=2)
def test_scalar_loss_of_small_cases(student):
    """The loss is (h_steps - target)² with h_t = σ(w h_{t-1} + b)."""
    expect(student.scalar_rnn_loss(1.0, 0.0, 0.0, 1, 0.25), 0.0625, "L")
    expect(student.scalar_rnn_loss(2 * LN3, 0.0, 0.5, 1, 0.5), 0.0625, "L")
    h_2 = 3**1.5 / (1 + 3**1.5)  # h_1 = 3/4, so h_2 = σ(1.5 ln 3)
    expect(student.scalar_rnn_loss(2 * LN3, 0.0, 0.5, 2, 1.0), (h_2 - 1) ** 2, "L")
    expect(student.scalar_rnn_loss(2.0, -1.0, 0.5, 7, 0.0), 0.25, "L")  # 1/2 is a fixed point here


@task("3.4", points=1)
def test_scalar_gradient_of_one_step(student):
    """For one step the gradient is 2 (h_1 - target) σ'(a_1) times h_0 for w and times 1 for b."""
    # a_1 = 0, so h_1 = 1/2 and σ'(a_1) = 1/4.
    expect(student.scalar_rnn_grad(2.0, -1.0, 0.5, 1, 0.1), (0.1, 0.2), ("dL_dw", "dL_db"))
    expect(student.scalar_rnn_grad(-1.0, 0.2, 0.2, 1, 0.9), (-0.04, -0.2), ("dL_dw", "dL_db"))


@task("3.4", points=2)
def test_scalar_gradient_agrees_with_differences(student):
    """The gradient agrees with central differences of your own scalar_rnn_loss."""
    eps = 1e-5
    for w, b, h_0, steps, target in ((1.5, -0.4, 0.3, 2, 0.9), (-3.0, 1.0, 0.8, 3, 0.2), (4.5, -2.3, 0.6, 12, 0.7)):
        by_w = [student.scalar_rnn_loss(w + e, b, h_0, steps, target) for e in (eps, -eps)]
        by_b = [student.scalar_rnn_loss(w, b + e, h_0, steps, target) for e in (eps, -eps)]
        expect_true(abs(by_w[0] - by_w[1]) > 0 and abs(by_b[0] - by_b[1]) > 0, "does not change with w and b", "L")
        want = ((by_w[0] - by_w[1]) / (2 * eps), (by_b[0] - by_b[1]) / (2 * eps))
        got = student.scalar_rnn_grad(w, b, h_0, steps, target)
        expect(got, want, ("dL_dw", "dL_db"), rtol=1e-6, atol=1e-9)
    expect_unchanged(student)


@task("3.5", points=2)
def test_surface_has_b_in_rows_and_w_in_columns(student):
    """Entry [i, j] is the loss at (ws[j], bs[i])."""
    # One step from h_0 = 1/2: h_1 = σ(w / 2 + b), and σ(k ln 3) is 1/4, 1/2, 3/4, 9/10 for k = -1, 0, 1, 2.
    ws, bs = np.array([0.0, 2 * LN3, 4 * LN3]), np.array([0.0, -LN3])
    want = (np.array([[0.5, 0.75, 0.9], [0.25, 0.5, 0.75]]) - 0.25) ** 2
    expect(student.loss_surface(ws, bs, 0.5, 1, 0.25), want, "surface")


def points_of(path, n_updates):
    """A path as an array of pairs; complains where it is none."""
    try:
        shape = np.shape(path)
    except ValueError:  # rows of different lengths
        shape = None
    expect_true(shape == (n_updates + 1, 2), f"should have a row for the start and one for each of the {n_updates} updates, with "
                f"(w, b) in each: shape ({n_updates + 1}, 2)", "path")
    return np.asarray(path, dtype=float)


@task("3.5", points=2)
def test_descend_starts_at_start_and_steps_downhill(student):
    """The path holds the start and one point for each update, θ - α ∇L each."""
    # At (2, -1) with h_0 = 1/2 the gradient is (0.1, 0.2) for target 0.1: see task 3.4.
    path = student.descend((2.0, -1.0), 0.5, 1, 0.5, 1, 0.1)
    expect(path, np.array([[2.0, -1.0], [1.95, -1.1]]), "path")
    longer = student.descend((2.0, -1.0), 0.5, 6, 0.5, 1, 0.1)
    longer = points_of(longer, 6)
    expect(longer[:2], points_of(path, 1), "path[:2]")
    rest = student.descend(tuple(map(float, longer[1])), 0.5, 5, 0.5, 1, 0.1)
    expect(longer[1:], rest, "path[1:]")


@task("3.5", points=1)
def test_descend_clips_the_pair(student):
    """With a threshold, (dL/dw, dL/db) is clipped as one vector: the step keeps its direction."""
    # The gradient is (0.1, 0.2) as above, of norm √0.05.
    step = 0.5 * 0.1 * np.array([0.1, 0.2]) / np.sqrt(0.05)
    path = student.descend(np.array([2.0, -1.0]), 0.5, 1, 0.5, 1, 0.1, threshold=0.1)
    expect(path, np.array([[2.0, -1.0], [2.0, -1.0] - step]), "path", rtol=1e-6)
    same = student.descend(np.array([2.0, -1.0]), 0.5, 1, 0.5, 1, 0.1, threshold=0.3)
    expect(same, np.array([[2.0, -1.0], [1.95, -1.1]]), "path")
    expect_unchanged(student)


def cliff():
    """A grid of 7 by 5 points, a surface that rises along both, and two paths that leave the window in opposite corners."""
    ws, bs = np.linspace(3.0, 6.0, 7), np.linspace(-4.0, -1.0, 5)
    surface = 10.0 ** (0.5 * ws[None, :] + 1.2 * bs[:, None] - 2)  # (5, 7)
    plain = np.array([[5.0, -2.5], [4.5, -3.0], [4.8, -2.0], [16.0, 15.0], [16.0, 15.0]])
    clipped = np.array([[5.0, -2.5], [4.5, -3.0], [4.4, -2.9], [1.3, -5.7]])
    return ws, bs, surface, plain, clipped


def even(place, height):
    """True where the places on a scale of colours rise evenly with the height; beyond its ends all have one."""
    place, inner = np.clip(place, 0, 1), (place > 0) & (place < 1)
    if np.sum(inner) < len(place) / 3:
        return False
    line = np.polyfit(height[inner], place[inner], 1)
    return line[0] > 0 and np.allclose(place, np.clip(np.polyval(line, height), 0, 1), atol=0.01)


def cells_show(picture, ws, bs, heights):
    """True for a mesh or an image whose colour at (ws[j], bs[i]) goes with heights[i, j]."""
    if len(picture["x"]) < (len(ws) - 1) * (len(bs) - 1):
        return False
    # A number stands at its point of the grid; where there is one less in each direction, up to half a cell above it.
    for shift in (0.0, 0.01):
        i = np.argmin(np.abs(bs[:, None] - picture["y"] + shift * (bs[1] - bs[0])), axis=0)
        j = np.argmin(np.abs(ws[:, None] - picture["x"] + shift * (ws[1] - ws[0])), axis=0)
        if len(set(zip(i.tolist(), j.tolist()))) >= (len(ws) - 1) * (len(bs) - 1) and even(picture["place"], heights[i, j]):
            return True
    return False


def follows(picture, heights):
    """True for contours whose levels are chosen for these heights: over most of them, and two or more among them."""

    def between(low, high):
        return np.mean((low <= heights + 1e-6) & (heights - 1e-6 <= high))

    inner = [edge for edge in steps_of(picture) if heights.min() < edge < heights.max()]
    lines = np.array_equal(picture["low"], picture["high"])
    return len(inner) >= 2 and between(*steps_of(picture)[[0, -1]]) >= 1 / 3 and (
        lines or between(picture["low"].min(), picture["high"].max()) >= 0.75)


def bands_show(picture, ws, bs, heights):
    """True for contours that lie between the heights they should lie between, half a cell this way or that."""
    if not follows(picture, heights):
        return False
    i, j = (np.interp(picture[axis], grid, np.arange(len(grid))) for axis, grid in (("y", bs), ("x", ws)))
    low, high = np.full(len(i), np.inf), np.full(len(i), -np.inf)
    for down, left in product((-0.5, 0.0, 0.5), repeat=2):
        row, column = np.clip(i + down, 0, len(bs) - 1), np.clip(j + left, 0, len(ws) - 1)
        at = heights[np.rint(row).astype(int), np.rint(column).astype(int)]
        low, high = np.minimum(low, at), np.maximum(high, at)
    return len(i) > 0 and np.mean((picture["low"] <= high + 1e-6) & (picture["high"] >= low - 1e-6)) > 0.97


def steps_of(picture):
    """The heights at which the bands of a set of contours meet."""
    edges = np.unique(np.concatenate([picture["low"], picture["high"]]))
    return edges[np.isfinite(edges)]


# Contours of a logarithm may be drawn to any of these bases; the colours of cells tell no base.
LOGARITHMS = (np.log10, np.log, np.log2)


def shows(picture, ws, bs, surface, logarithm=True):
    """True for a picture of the logarithm of the surface, to whatever base, or of the surface itself, at the right places."""
    if picture["kind"] == "cells":
        return cells_show(picture, ws, bs, np.log10(surface) if logarithm else surface)
    if picture["kind"] == "bands":
        edges = steps_of(picture)
        if logarithm and any(bands_show(picture, ws, bs, log(surface)) for log in LOGARITHMS):
            return True
        even_in_log = len(edges) > 1 and edges[0] > 0 and np.ptp(np.diff(np.log(edges))) < 0.01 * np.ptp(np.log(edges))
        return even_in_log == logarithm and bands_show(picture, ws, bs, surface)
    return logarithm  # a picture without numbers may show anything


def one_colour(picture):
    """True for a picture whose numbers have places so near each other in the colormap that nobody tells them apart."""
    if picture["kind"] == "bands":
        filled = np.any(picture["low"] < picture["high"])
        place = (picture["low_place"] + picture["high_place"]) / 2
        place = place[np.isfinite(place)]
        return bool(filled and len(place) and np.all((place >= 0) & (place <= 1)) and np.ptp(place) < 0.05)
    return picture["kind"] == "cells" and np.ptp(np.clip(picture["place"], 0, 1)) < 0.05


TURNS = {
    "shows the surface upside down: row 0 of the surface belongs to the smallest b, and imshow puts it at the top unless it is "
    "given origin=\"lower\"": (slice(None, None, -1), slice(None)),
    "shows the surface mirrored: column 0 of the surface belongs to the smallest w": (slice(None), slice(None, None, -1)),
    "shows the surface turned about: row 0 of the surface belongs to the smallest b, and column 0 to the smallest w":
        (slice(None, None, -1), slice(None, None, -1)),
}


NO_PICTURE = "has no picture of the surface: pcolormesh, contourf or imshow draws one"


def surface_problem(panel, ws, bs, surface):
    """What is wrong with the picture of the surface in a panel, in words; empty where nothing is."""
    pictures = [picture for picture in panel["pictures"] if picture["visible"]]

    def any_shows(surface, *ways):
        return any(shows(picture, ws, bs, surface, logarithm) for picture in pictures for logarithm in ways)

    if len(panel["pictures"]) < panel["meshes"] or any_shows(surface, True):
        flat = np.ptp(surface) > 0 and all(map(one_colour, pictures))
        return "shows all losses in one colour: its colours run over far more than the losses" if pictures and flat else ""
    if not pictures:
        return NO_PICTURE
    if not any(picture["kind"] != "bands" or follows(picture, heights) for picture in pictures
               for heights in (*(log(surface) for log in LOGARITHMS), surface)):
        return "has contours at heights that few of these losses have: their levels are to be chosen from the surface"
    if any_shows(surface, False):
        return "shows the loss itself in its colours, not its logarithm: all but the highest losses have one colour"
    return next((words for words, turn in TURNS.items() if any_shows(surface[turn], True, False)),
                "does not have the colour of log10 of surface[i, j] where w is ws[j] and b is bs[i]")


def same_colours(left, right):
    """False where two pictures of one surface give one loss two colours, as far as that can be seen."""
    for one, other in zip(left["pictures"], right["pictures"]):
        if one["kind"] == other["kind"] == "cells" and not np.allclose(one["scale"], other["scale"], atol=0.02):
            return False
        if one["kind"] == other["kind"] == "cells" and len(one["place"]) == len(other["place"]):
            return np.allclose(np.sort(np.clip(one["place"], 0, 1)), np.sort(np.clip(other["place"], 0, 1)), atol=0.02)
        if one["kind"] == other["kind"] == "bands":
            return len(steps_of(one)) == len(steps_of(other)) and np.allclose(steps_of(one), steps_of(other))
    return True


def lines_through(panel, path):
    """The lines of a panel that go through exactly these points and can be seen."""
    nothing = ("None", "none", "", " ")
    return [line for line in panel["lines"] if line["x"].shape == (len(path),) and line["visible"] and line["opacity"] > 0.05
            and np.allclose(np.column_stack([line["x"], line["y"]]), path)
            and not ((line["linestyle"] in nothing or line["width"] == 0) and line["marker"] in nothing)]


def expect_panels(panels, ws, bs, surface, plain, clipped):
    """Each panel has the surface in the right places, and its own path over it, and no other."""
    expect_true(not any(panel["saved"] for panel in panels), "is saved to a file: leave that to the caller", "the figure")
    expect_true(not any(panel["shown"] for panel in panels), "is shown with plt.show(): leave that to the caller", "the figure")
    for side, panel, path, name, other in (("left", panels[0], plain, "plain_path", clipped),
                                           ("right", panels[1], clipped, "clipped_path", plain)):
        what = f"the {side} panel"
        problem = surface_problem(panel, ws, bs, surface)
        expect_true(not problem, problem, what)
        expect_true(not lines_through(panel, path[:, ::-1]), "has w and b exchanged in its path", what)
        expect_true(not lines_through(panel, other), "has the path of the other panel", what)
        mine = lines_through(panel, path)
        expect_true(len(mine) > 0, f"has no line through all points of {name}", what)
        order = max(line["zorder"] for line in mine)
        above = [picture for picture in panel["pictures"] if picture["visible"] and picture["zorder"] > order]
        expect_true(not above, "has the surface over its path: nothing is seen of the path", what)
    expect_true(same_colours(*panels), "gives the same loss another colour in its right panel than in its left one", "the figure")


def expect_window(panels, ws, bs):
    """Both panels show the grid and no more, w to the right and b upwards."""
    for side, panel in zip(("left", "right"), panels):
        for name, limits, grid in (("w", panel["xlim"], ws), ("b", panel["ylim"], bs)):
            cell = grid[1] - grid[0]
            expect_true(limits[0] < limits[1], f"should have {name} grow to the right or upwards", f"the {side} panel")
            expect_true(max(abs(limits[0] - grid[0]), abs(limits[1] - grid[-1])) <= 0.75 * cell,
                        f"should show {name} from {grid[0]:g} to {grid[-1]:g}, and shows {limits[0]:.3g} to {limits[1]:.3g}",
                        f"the {side} panel", hidden=f"should show the {name} of the grid and no more")


def expect_drawn(panels):
    """Each panel has something of the surface or of a path: labels of an empty one tell nothing."""
    for side, panel in zip(("left", "right"), panels):
        expect_true(len(panel["pictures"]) + panel["meshes"] + len(panel["lines"]) > 0, NO_PICTURE, f"the {side} panel")


def names_other(label, own, other):
    """True for an axis label that names the other quantity instead of its own, such as "b (weight)" for w."""
    letters = re.findall(r"(?<![a-z])[bw](?![a-z])", label.lower())
    if letters:
        return own[0] not in letters
    return other in label.lower() and own not in label.lower()


def expect_words(panels):
    """Both axes of both panels have a label, and the titles tell the panels apart."""
    for side, panel in zip(("left", "right"), panels):
        for axis, way, own, other in (("x", "w runs to the right", "weight", "bias"), ("y", "b runs upwards", "bias", "weight")):
            label = panel[f"{axis}label"]
            expect_true(not names_other(label, own, other), f"names {other[0]}, where {way}: {label!r}",
                        f"the label of the {axis} axis in the {side} panel", hidden=f"names {other[0]}, where {way}")
        expect_true("w" in panel["xlabel"].lower(), "needs a label for w on the horizontal axis", f"the {side} panel")
        expect_true("b" in panel["ylabel"].lower(), "needs a label for b on the vertical axis", f"the {side} panel")
    left, right = (" ".join(panel["title"].lower().split()) for panel in panels)
    expect_true("without clip" in left, "needs a title with \"without clipping\"", "the left panel")
    expect_true("with clip" in right, "needs a title with \"with clipping\"", "the right panel")
    expect_true(left != right, "has the title of the left one: it says what the left one shows too", "the right panel")


@task("3.6", points=3)
def test_each_panel_shows_the_surface_and_its_own_path(student, canvas):
    """The left panel has the surface and the path without clipping, the right one the path with clipping."""
    ws, bs, surface, plain, clipped = cliff()
    axes = canvas.axes(2)
    student.plot_cliff(axes, ws, bs, surface, plain, clipped)
    expect_unchanged(student)                              # first: a path that was changed is on no line
    expect_panels(canvas.read(axes), ws, bs, surface, plain, clipped)


@task("3.6", points=3)
def test_both_panels_are_labelled_and_keep_to_the_window(student, canvas):
    """Both panels show the window of the grid, though both paths leave it; labels and titles say what each one shows."""
    ws, bs, surface, plain, clipped = cliff()
    axes = canvas.axes(2)
    student.plot_cliff(axes, ws, bs, surface, plain, clipped)
    panels = canvas.read(axes)
    expect_drawn(panels)
    expect_words(panels)
    expect_window(panels, ws, bs)
