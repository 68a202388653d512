"""Public tests of stage 3: small cases worked by hand, runs that are replayed, independent derivatives."""

import numpy as np

from checks import expect, expect_raises, expect_true, expect_unchanged, task

LN3 = float(np.log(3.0))  # σ(ln 3) = 3/4, σ(0) = 1/2, σ(-ln 3) = 1/4


def small_network():
    """An RNN with D = 1, H = 2, V = 2 in fixed numbers."""
    return {"W_x": np.array([[0.5], [-0.3]]), "W_h": np.array([[0.4, -0.2], [0.1, 0.6]]), "b": np.array([0.05, -0.1]),
            "W_y": np.array([[0.7, -0.4], [-0.5, 0.9]])}


def small_batches(count):
    """That many batches of two steps, all different, and h_0."""
    return [(np.array([[0.3 + 0.1 * i], [-0.2 * i]]), np.array([i % 2, (i // 2) % 2]), np.array([0.1, -0.05 * i]))
            for i in range(count)]


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
    student.sgd_step(small_network(), {name: np.ones(theta.shape) for name, theta in small_network().items()}, 0.5)
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
    expect_raises(ValueError, student.clip_by_norm, grads, 0.0)
    expect_raises(ValueError, student.clip_by_norm, grads, -1.0)


@task("3.3", points=2)
def test_train_makes_one_step_a_batch_and_records_it(student):
    """Each batch gives one step; its loss, summed over the steps of the sequence, and its norm are recorded."""
    # With W_y = 0 both classes have probability 1/2 and only W_y gets a gradient: dL_t/dW_y = (y_hat_t - y_t) h_t,
    # and h_1 = tanh(0.5 + 0.1) from x_1 = 1, b = 0.1.
    params = {"W_x": np.array([[0.5]]), "W_h": np.array([[0.0]]), "b": np.array([0.1]), "W_y": np.zeros((2, 1))}
    h_1 = np.tanh(0.6)
    x, h_0 = np.array([[1.0], [1.0]]), np.array([0.3])
    batches = [(x, np.array([0, 0]), h_0), (x[:1], np.array([1]), h_0)]
    # The first step makes W_y = (α h_1, -α h_1), so the second loss is log(1 + exp(2 α h_1²)).
    one = history(student.train(params, batches[:1], 0.2))
    expect(one["losses"], [2 * np.log(2.0)], "losses")
    expect(one["norms"], [np.sqrt(2.0) * h_1], "norms")
    expect(one["params"], {**params, "W_y": np.array([[0.2 * h_1], [-0.2 * h_1]])}, "params")
    expect(one["restarts"], 0, "restarts")
    two = history(student.train(params, batches, 0.2))
    expect(two["losses"], [2 * np.log(2.0), np.log1p(np.exp(0.4 * h_1**2))], "losses")
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
    expect(broken["norms"], undone["norms"] + after["norms"], "norms")
    expect(broken["params"], after["params"], "params")


@task("3.3", points=2)
def test_train_gives_up_with_the_checkpoint(student):
    """When one more restart than max_restarts would be needed, the checkpoint's parameters are returned."""
    params, good = small_network(), small_batches(7)
    bad = spoiled(good[0])
    # Checkpoints lie after two and after four accepted updates; the third failure is one too many.
    first = history(student.train(params, good[:2], 0.4))
    second = history(student.train(first["params"], good[3:4], 0.2))
    run = [*good[:3], bad, good[3], bad, good[4], bad, *good[5:]]
    twice = history(student.train(params, run, 0.4, checkpoint_every=2, max_restarts=2))
    expect(twice["restarts"], 2, "restarts")
    expect_true(len(twice["losses"]) == 5, "should hold the five updates that were accepted before training ended",
                "losses")
    expect(twice["params"], second["params"], "params")
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
        want = ((by_w[0] - by_w[1]) / (2 * eps), (by_b[0] - by_b[1]) / (2 * eps))
        got = student.scalar_rnn_grad(w, b, h_0, steps, target)
        expect(got, want, ("dL_dw", "dL_db"), rtol=1e-6, atol=1e-9)
    expect_unchanged(student)


@task("3.5", points=2)
def test_surface_has_b_in_rows_and_w_in_columns(student):
    """Entry [i, j] is the loss at (ws[j], bs[i])."""
    # One step from h_0 = 1: h_1 = σ(w + b), and σ(k ln 3) is 1/4, 1/2, 3/4, 9/10 for k = -1, 0, 1, 2.
    ws, bs = np.array([0.0, LN3, 2 * LN3]), np.array([0.0, -LN3])
    want = (np.array([[0.5, 0.75, 0.9], [0.25, 0.5, 0.75]]) - 0.25) ** 2
    expect(student.loss_surface(ws, bs, 1.0, 1, 0.25), want, "surface")


@task("3.5", points=2)
def test_descend_starts_at_start_and_steps_downhill(student):
    """The path holds the start and one point for each update, θ - α ∇L each."""
    # At (2, -1) with h_0 = 1/2 the gradient is (0.1, 0.2) for target 0.1: see task 3.4.
    path = student.descend((2.0, -1.0), 0.5, 1, 0.5, 1, 0.1)
    expect(path, np.array([[2.0, -1.0], [1.95, -1.1]]), "path")
    longer = student.descend((2.0, -1.0), 0.5, 6, 0.5, 1, 0.1)
    expect_true(getattr(longer, "shape", None) == (7, 2), "should have a row for the start and one for each of the 6 "
                "updates, with (w, b) in each: shape (7, 2)", "path")
    expect(longer[:2], path, "path[:2]")
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
    """A grid of 7 by 5 points, some surface on it, and two paths of which the first is thrown out of the window."""
    ws, bs = np.linspace(3.0, 6.0, 7), np.linspace(-4.0, -1.0, 5)
    surface = 10.0 ** (-np.abs(ws[None, :] + 2 * bs[:, None]) - 1)  # (5, 7)
    plain = np.array([[5.0, -2.5], [4.5, -3.0], [4.8, -2.0], [16.0, 15.0], [16.0, 15.0]])
    clipped = np.array([[5.0, -2.5], [4.5, -3.0], [4.4, -2.9], [4.3, -2.7]])
    return ws, bs, surface, plain, clipped


def shows_the_loss_itself(panel, surface):
    """True when all colours of a panel rise evenly with the loss; a contour plot keeps too little of it to tell."""
    loss = np.sort(surface, axis=None)
    loss = (loss - loss[0]) / (loss[-1] - loss[0])
    return len(panel["colours"]) > 0 and all(
        places.shape == loss.shape and np.allclose((places - places[0]) / np.ptp(places), loss, atol=1e-4)
        for places in panel["colours"])


def has_path(panel, path):
    """True when a line of the panel goes through exactly these points."""
    return any(line["x"].shape == (len(path),) and np.allclose(np.column_stack([line["x"], line["y"]]), path)
               for line in panel["lines"])


@task("3.6", points=3)
def test_each_panel_shows_the_surface_and_its_own_path(student, canvas):
    """The left panel has the surface and the path without clipping, the right one the path with clipping."""
    ws, bs, surface, plain, clipped = cliff()
    axes = canvas.axes(2)
    student.plot_cliff(axes, ws, bs, surface, plain, clipped)
    left, right = canvas.read(axes)
    for side, panel in (("left", left), ("right", right)):
        expect_true(panel["meshes"] >= 1, f"has no picture of the surface in its {side} panel: pcolormesh, contourf or "
                    "imshow draws one", "the figure")
        expect_true(not shows_the_loss_itself(panel, surface), f"shows the loss itself in the colours of its {side} panel, not "
                    "its logarithm: all but the highest losses have one colour", "the figure")
    expect_true(has_path(left, plain), "has no line through all points of plain_path in its left panel", "the figure")
    expect_true(has_path(right, clipped), "has no line through all points of clipped_path in its right panel",
                "the figure")
    expect_true(not has_path(left, clipped) and not has_path(right, plain), "has both paths in one panel", "the figure")
    expect_unchanged(student)


@task("3.6", points=1)
def test_both_panels_keep_to_the_window(student, canvas):
    """Both panels show the window of the grid, though the path without clipping leaves it."""
    ws, bs, surface, plain, clipped = cliff()
    axes = canvas.axes(2)
    student.plot_cliff(axes, ws, bs, surface, plain, clipped)
    for panel in canvas.read(axes):
        for name, limits, grid in (("w", panel["xlim"], ws), ("b", panel["ylim"], bs)):
            cell = grid[1] - grid[0]
            expect_true(limits[0] < limits[1], f"should have {name} grow to the right or upwards", "the figure")
            expect_true(max(abs(limits[0] - grid[0]), abs(limits[1] - grid[-1])) <= 0.75 * cell,
                        f"should show {name} from {grid[0]:g} to {grid[-1]:g}, and shows {limits[0]:.3g} to "
                        f"{limits[1]:.3g}", "the figure")


@task("3.6", points=2)
def test_panels_are_labelled(student, canvas):
    """Both axes of both panels have a label, and the titles say which is without and which with clipping."""
    ws, bs, surface, plain, clipped = cliff()
    axes = canvas.axes(2)
    student.plot_cliff(axes, ws, bs, surface, plain, clipped)
    left, right = canvas.read(axes)
    for panel in (left, right):
        expect_true("w" in panel["xlabel"].lower(), "needs a label for w on the horizontal axis", "the figure")
        expect_true("b" in panel["ylabel"].lower(), "needs a label for b on the vertical axis", "the figure")
    expect_true("without" in left["title"].lower(), "needs a title with \"without clipping\" on the left", "the figure")
    expect_true("with" in right["title"].lower() and "without" not in right["title"].lower(),
                "needs a title with \"with clipping\" on the right", "the figure")
