"""Hidden tests of stage 3: other shapes and seeds, edge cases, properties, runs that end badly in every way."""

import math

import numpy as np

from autograder.checks import expect, expect_raises, expect_true, expect_unchanged, task
from autograder.stages.clipping.hidden_problems import (
    CLOSE_BY,
    PASCANU,
    complex_step,
    drawing,
    expect_history,
    expect_no_number,
    expect_others_results_kept,
    expect_scalar_gradient,
    expect_steps,
    gradients,
    history,
    long_vector,
    norm_like,
    of_one_unit,
    one_unit,
    problem,
    spoiled,
    surface_of,
)
from autograder.stages.clipping.public import (
    expect_drawn,
    expect_losses_of_batches,
    expect_panels,
    expect_window,
    expect_words,
    points_of,
)
from autograder.stages.each_argument import expect_each_argument_counts


@task("3.1", points=2)
def test_sgd_step_of_random_arrays(student, reference, rng):
    """The step is θ - α ∇L for arrays of any shape, contiguous or not, and of any size."""
    for lr, scale in ((0.3, 1.0), (1.7, 1.0), (0.5, 1e150), (0.5, 1e-290), (0.0, 1.0), (1e-9, 1.0)):
        params, grads = gradients(rng, scale), gradients(rng, 3 * scale)
        want = {name: np.array(params[name] - lr * grads[name]) for name in params}
        expect(student.sgd_step(params, grads, lr), want, "params", rtol=1e-12, atol=1e-12 * min(scale, 1.0))
    alike = {"W": np.zeros((1, 2)), "b": np.zeros((1, 2))}           # parameters with the same numbers, of other gradients
    expect(student.sgd_step(alike, {"W": np.array([[1.0, 2.0]]), "b": np.array([[3.0, 4.0]])}, 0.5),
           {"W": np.array([[-0.5, -1.0]]), "b": np.array([[-1.5, -2.0]])}, "params that start alike")
    lost = student.sgd_step({"b": np.array([1.0, 2.0])}, {"b": np.array([np.nan, 1.0])}, 0.5)
    expect(lost, {"b": np.array([np.nan, 1.5])}, "params where a gradient is NaN")
    expect_true(bool(np.isnan(np.asarray(lost["b"])[0])), "should be NaN where the gradient is, for the caller to see", "params")
    expect_each_argument_counts(student, reference, "sgd_step", (params, grads, 0.3), "params")
    zeros = {name: 0 * g for name, g in grads.items()}
    for _ in range(2):                                    # the second time in arrays of its own
        expect(student.sgd_step(params, zeros, 0.3), params, "params where the gradient is 0")
    expect_unchanged(student, new=True)


@task("3.1", points=1)
def test_sgd_step_leaves_out_what_is_no_parameter(student, rng):
    """A gradient of something that is no parameter, of h_0 or of another name, gives no new parameter; `params` alone decides."""
    params = {"b": rng.standard_normal(2)}
    grads = {"h_0": rng.standard_normal(2), "b": rng.standard_normal(2), "c_0": rng.standard_normal(3)}
    expect(student.sgd_step(params, grads, 0.5), {"b": params["b"] - 0.5 * grads["b"]}, "params")
    trained = {**params, "h_0": rng.standard_normal(2)}  # an initial state that is trained is a parameter like any other
    expect(student.sgd_step(trained, grads, 0.5), {name: trained[name] - 0.5 * grads[name] for name in trained}, "params")


@task("3.2", points=1)
def test_global_norm_of_random_arrays(student, reference, rng):
    """The norm is right for arrays of any shape and for a gradient of zero."""
    for scale in (1e-3, 1.0, 1e4):
        grads = gradients(rng, scale)
        expect(student.global_norm(grads), float(np.sqrt(np.sum(long_vector(grads) ** 2))), "‖g‖", atol=0)
    expect(student.global_norm({"W": np.zeros((2, 3)), "b": np.zeros(1)}), 0.0, "‖g‖")
    expect(student.global_norm({"b": np.array([-2.5])}), 2.5, "‖g‖")
    expect(student.global_norm({"b": np.array(-3.0), "c": np.array([4.0])}), 5.0, "‖g‖")  # an array without an axis, too
    expect(student.global_norm({"h_0": np.array([3.0, -4.0]), "b": np.zeros(1)}), 5.0, "‖g‖")  # all arrays, whatever their names
    expect(student.global_norm({"b": np.array([3.0, -4.0]), "c": np.array([3.0, -4.0])}), 5 * np.sqrt(2), "‖g‖")
    expect_each_argument_counts(student, reference, "global_norm", ({**grads, "d": rng.standard_normal(1)},), "‖g‖")
    bent = {name: np.sign(g) * np.abs(g) ** 1.5 for name, g in grads.items()}
    expect(student.global_norm(bent), float(np.linalg.norm(long_vector(bent))), "‖g‖")


@task("3.2", points=1)
def test_huge_entries_do_not_overflow(student):
    """Entries of 1e200 have a norm, and are clipped, though their squares are too large for a float."""
    huge = {"W": np.array([[3e200, 0.0], [0.0, -4e200]]), "b": np.array([12e200])}
    expect(student.global_norm(huge), 13e200, "‖g‖")
    expect(student.global_norm({"W": np.array([[1.0, -2e200]]), "b": np.array([1e-5])}), 2e200, "‖g‖")
    want = {"W": np.array([[3.0, 0.0], [0.0, -4.0]]), "b": np.array([12.0])}
    expect(student.clip_by_norm(huge, 13.0), (want, 13e200), ("clipped", "norm_before"))
    want = {name: 1e120 * g for name, g in want.items()}  # an entry times the threshold would not fit into a float either
    expect(student.clip_by_norm(huge, 13e120), (want, 13e200), ("clipped", "norm_before"))


@task("3.2", points=1)
def test_tiny_entries_do_not_underflow(student):
    """Entries of 1e-200 have a norm other than 0, though their squares are 0 as a float; below the threshold they stay."""
    for size in (1e-200, 1e-170, 1e-300, 1e-20):
        tiny = {"W": np.array([[3 * size, 0.0, 0.0], [0.0, -4 * size, 0.0]]), "b": np.array([12 * size])}
        expect(student.global_norm(tiny), 13 * size, "‖g‖", atol=0)
        clipped, norm_before = student.clip_by_norm(tiny, 0.5)
        expect(clipped, tiny, "clipped", atol=0)
        expect(norm_before, 13 * size, "norm_before", atol=0)
    expect(student.global_norm({"W": np.full((2, 3), 1e-200), "b": np.array([1e200])}), 1e200, "‖g‖")
    for norm in (5e-7, 5e-9):                                 # the epsilon that is allowed makes these far shorter once more
        short = norm * np.array([0.6, -0.8])
        got = student.clip_by_norm({"b": short}, 0.2 * norm)[0]
        factor = min(0.2, 0.2 * norm / (norm + 1e-6), key=lambda factor: abs(factor * short[0] - got["b"][0]))
        expect(got, {"b": factor * short}, "clipped", rtol=1e-6, atol=0)


@task("3.2", points=1)
def test_norms_of_whole_numbers(student):
    """Arrays of integers, large ones too, have the norm of the same floats."""
    for unit in (1, 10, 1_000_000_000):
        grads = {"b": np.array([3 * unit, 0, 0]), "W": np.array([[0, -4 * unit], [0, 0]])}
        expect(student.global_norm(grads), 5.0 * unit, "for arrays of whole numbers, ‖g‖")


@task("3.2", points=1)
def test_a_zero_gradient_stays_zero(student):
    """A gradient of zero is returned as zeros: there is no 0/0."""
    zeros = {"W": np.zeros((2, 3)), "b": np.zeros(2)}
    expect(student.clip_by_norm(zeros, 1.0), (zeros, 0.0), ("clipped", "norm_before"))
    beside = {**zeros, "b": np.array([0.6, -0.8])}
    expect(student.clip_by_norm(beside, 2.0), (beside, 1.0), ("clipped", "norm_before"))


@task("3.2", points=1, exact=True)
def test_inf_and_nan_are_passed_on(student):
    """A norm of Inf or NaN is returned as it is, and the gradients are left alone."""
    for bad in (np.nan, np.inf, -np.inf):
        grads = {"W": np.array([[1.0, -2.0]]), "b": np.array([bad, 30.0])}
        expect_no_number(student.global_norm(grads), "‖g‖", bad)
        got = student.clip_by_norm(grads, 5.0)
        norm_before = got[1] if isinstance(got, tuple | list) and len(got) == 2 else None
        expect(got, (grads, norm_like(norm_before, bad)), ("clipped", "norm_before"))
        expect_true(np.array_equal(got[0]["b"], grads["b"], equal_nan=True),
                    f"should be left as it is, {bad} and all, for the caller to see and reject", "clipped['b']")
        expect_no_number(got[1], "norm_before", bad)
    for grads in ({"W": np.zeros((1, 2)), "b": np.array([0.0, np.nan])}, {"b": np.array([np.nan, 0.0]), "W": np.zeros((1, 2))}):
        expect_no_number(student.global_norm(grads), "‖g‖", np.nan)


@task("3.2", points=2)
def test_clipping_keeps_the_direction(student, rng):
    """The clipped gradient keeps its direction, is as long as the threshold, and stays when it is clipped again."""
    small, _ = student.clip_by_norm({"b": np.array([0.3, -0.4])}, 0.1)
    expect(small, {"b": np.array([0.06, -0.08])}, "clipped", rtol=4e-6)
    for scale in (3.0, 1e5):
        grads = gradients(rng, scale)
        threshold = float(rng.uniform(0.5, 2.0))
        before = long_vector(grads)
        clipped, norm_before = student.clip_by_norm(grads, threshold)
        expect(norm_before, float(np.linalg.norm(before)), "norm_before")
        factor = threshold / np.linalg.norm(before)
        expect(clipped, {name: np.array(factor * g) for name, g in grads.items()}, "clipped", rtol=2e-6)
        after = long_vector(clipped)
        expect_true(np.linalg.norm(after) <= threshold * (1 + 1e-9), "is longer than the threshold", "clipped")
        factors = after / before
        expect_true(np.ptp(factors) <= 1e-9 * abs(factors[0]), "has turned: not all entries have the same factor",
                    "clipped")
        again, norm_again = student.clip_by_norm(clipped, threshold)
        expect(again, clipped, "clipped again", rtol=4e-6)
        expect(norm_again, threshold, "norm_before of the clipped gradient", rtol=4e-6)


@task("3.2", points=1)
def test_clipping_agrees_with_torch(student, rng):
    """Within its epsilon, the result is that of torch.nn.utils.clip_grad_norm_."""
    for scale, share in ((2.0, 0.4), (50.0, 1e-3), (2.0, 1.5), (40.0, 0.98), (3.0, 1.02), (7.0, 0.9995), (3.0, 1e-150)):
        grads = gradients(rng, scale)
        norm = np.linalg.norm(long_vector(grads))
        threshold = float(share * norm)
        coefficient = min(1.0, threshold / (norm + 1e-6))  # what PyTorch computes
        expect(student.clip_by_norm(grads, threshold), ({name: np.array(coefficient * g) for name, g in grads.items()},
               float(norm)), ("clipped", "norm_before"), rtol=2e-6, atol=0)


@task("3.2", points=1)
def test_clipping_leaves_the_callers_arrays_alone(student, reference, rng):
    """Clipping leaves the arrays as they were, whatever their names, and refuses a threshold of -0.5 whatever the gradient is."""
    for threshold in (0.5, 1e3):
        expect_each_argument_counts(student, reference, "clip_by_norm", (gradients(rng, 10.0), threshold),
                                    ("clipped", "norm_before"), rtol=2e-6)
    student.global_norm(gradients(rng, 10.0))
    named = {"h_0": np.array([3.0, 0.0]), "b": np.array(-4.0)}  # one of them an array without an axis
    expect(student.clip_by_norm(named, 0.5)[0], {name: 0.1 * g for name, g in named.items()}, "clipped", rtol=2e-6)
    expect_unchanged(student)
    for entries in ([0.0, 1.0], [0.0, 0.0], [np.inf, 1.0], [np.nan, 1.0]):
        expect_raises(ValueError, student.clip_by_norm, {"b": np.array(entries)}, -0.5)
    expect_others_results_kept(student, rng, "clip_by_norm")


@task("3.3", points=1, exact=True)
def test_train_without_clipping(student, reference, rng):
    """A run without clipping has the right losses, norms and parameters, for sequences of any size."""
    for sizes in ({"T": 1, "H": 1}, {"D": 1, "V": 2, "T": 1}, {"D": 3, "H": 5, "V": 6}):
        params, batches = problem(rng, 2, **sizes)
        expect_history(student.train(params, batches, 0.3), reference.train(params, batches, 0.3))
    still = history(student.train(params, batches, 0))
    expect(still["params"], params, "params after a run with a rate of 0", rtol=0, atol=0)
    expect_history(student.train(params, [], 0.3), {"params": params, "losses": [], "norms": [], "restarts": 0})
    expect_unchanged(student)
    expect_others_results_kept(student, rng, "train")


@task("3.3", points=1)
def test_train_with_clipping(student, reference, rng):
    """With a threshold, long gradients are clipped, short ones are not, and norms are those before clipping."""
    params, batches = problem(rng, 3, T=7)
    norms = sorted(reference.train(params, batches, 0.2)["norms"])
    for lr, threshold in ((2.5, 0.1), (200.0, 1e-3), (0.2, norms[1]), (0.2, 1e3)):
        want = reference.train(params, batches, lr, threshold=threshold)
        expect_history(student.train(params, batches, lr, threshold=threshold), want, rtol=1e-4)


@task("3.3", points=1)
def test_train_refuses_a_threshold_of_zero(student, rng):
    """A threshold of zero or below is an error here too: None alone means no clipping."""
    params, batches = problem(rng, 1, T=2)
    for threshold in (0, 0.0, -1.0):
        expect_raises(ValueError, student.train, params, batches, 0.1, threshold=threshold)
    student.train(params, batches, 0.1, threshold=1.0)  # and not for this one


@task("3.3", points=1)
def test_train_of_long_sequences(student, reference, rng):
    """Every step of a long sequence counts; x, h_0 and the rate may be integers, and keys come in any order."""
    params, _ = problem(rng, 0)
    params = {name: params[name] for name in ("b", "W_y", "W_x", "W_h")}
    x, y = rng.integers(-1, 2, (6, 2)), rng.integers(4, size=6)
    missing = spoiled((x.astype(float), y, np.zeros(3)))
    run = [(x, y, np.array([0, 1, 0])), (x[1:], y[1:], np.array([1, 0, 1])), missing, (x, y, np.zeros(3))]
    expect_history(student.train(params, run, 1, checkpoint_every=1), reference.train(params, run, 1, checkpoint_every=1))
    params, _ = one_unit(W_h=np.array([[1.0]]))
    x, y = 0.01 * rng.standard_normal((520, 1)), rng.integers(2, size=520)
    loss, grads = of_one_unit(params, x, y, 0.2)
    want = {"params": {name: params[name] - 0.01 * g for name, g in grads.items()}, "losses": [loss],
            "norms": [float(np.linalg.norm(long_vector(grads)))], "restarts": 0}
    expect_history(student.train(params, [(x, y, np.array([0.2]))], 0.01), want)


@task("3.3", points=1)
def test_train_restarts_where_it_should(student, reference, rng):
    """Batches with NaN at several places: each restart goes back to the right checkpoint and halves the rate again."""
    params, batches = problem(rng, 12, T=1)
    for every, bad, count in ((3, (0, 6, 7, 9), 11), (1, (0, 3), 5)):  # the first undoes nothing, two updates, and one
        run = [spoiled(batch) if i in bad else batch for i, batch in enumerate(batches[:count])]
        lr = 1e-3 if every == 1 else 0.3
        want = reference.train(params, run, lr, threshold=2.0, checkpoint_every=every)
        expect_history(student.train(params, run, lr, threshold=2.0, checkpoint_every=every), want, rtol=1e-5)
    default = [*batches, *batches[:5], spoiled(batches[5])]  # back to the state after 10 of 17
    expect_history(student.train(params, default, 0.3), reference.train(params, default, 0.3))


@task("3.3", points=1, exact=True)
def test_train_returns_to_the_very_bits_of_the_checkpoint(student, rng):
    """What comes back after giving up is the checkpoint, to the last bit."""
    params, batches = problem(rng, 4, T=1)
    saved = history(student.train(params, batches, 0.3, checkpoint_every=4))
    gone = history(student.train(params, [*batches, batches[0], spoiled(batches[0])], 0.3, checkpoint_every=4,
                                 max_restarts=0))
    expect(gone["params"], saved["params"], "params", rtol=0, atol=0)
    expect(len(gone["losses"]), 5, "the number of losses")
    expect_losses_of_batches(gone["losses"])


@task("3.3", points=1)
def test_train_counts_its_restarts(student, reference, rng):
    """max_restarts restarts are made, not one less and not one more."""
    params, batches = problem(rng, 4, T=1)
    bad = spoiled(batches[0])
    run = [batches[0], bad, batches[1], bad, bad, *batches[2:], bad, batches[0]]
    for limit in (3, 4, 0):
        got = student.train(params, run, 0.3, checkpoint_every=2, max_restarts=limit)
        expect_history(got, reference.train(params, run, 0.3, checkpoint_every=2, max_restarts=limit))
    expect(history(student.train(params, [bad] * 7, 0.3))["restarts"], 5, "restarts")
    run = [bad] * 10 + batches[:2]                        # the rate is halved each time, down to 2e-5
    expect_history(student.train(params, run, 0.02, max_restarts=20), reference.train(params, run, 0.02, max_restarts=20))


@task("3.3", points=1)
def test_train_rejects_an_infinite_loss(student, reference):
    """A loss of Inf is a reason to restart, though its gradient is finite; one of ten thousand is none, nor one that grew."""
    params, h_0 = one_unit(W_y=np.array([[350.0], [-350.0]]))
    x = np.array([[0.7], [0.4], [0.9]])
    few = (x, np.array([0, 1, 0]), h_0)
    run = [few, (np.tile(x, (12, 1)), np.array([1, 0, 1] * 12), h_0), few]
    expect_history(student.train(params, run, 1e-5), reference.train(params, run, 1e-5))
    params, h_0 = one_unit(W_y=np.array([[1e4], [-1e4]]))  # so sure that the other class has probability exactly 0
    x = np.array([[0.7], [0.4]])
    run = [(x, np.array([0, 0]), h_0), (x, np.array([0, 1]), h_0), (0.5 * x, np.array([0, 0]), h_0)]
    got = student.train(params, run, 0.1)
    expect_history(got, reference.train(params, run, 0.1))
    expect(history(got)["losses"], [0.0, 0.0], "losses", atol=0)  # the right class has probability exactly 1


@task("3.3", points=1)
def test_train_rejects_a_gradient_of_nan(student, reference):
    """A gradient with NaN is a reason to restart, though its loss is finite, with clipping and without."""
    params, h_0 = one_unit()
    x = np.array([[0.7], [0.4]])
    endless = np.array([[np.inf], [0.1]])  # tanh(Inf) = 1 is fine, but its slope times x is 0 · Inf
    run = [(x, np.array([0, 1]), h_0), (endless, np.array([0, 1]), h_0), (x, np.array([1, 1]), h_0)]
    for threshold in (None, 0.1):
        want = reference.train(params, run, 0.1, threshold=threshold, checkpoint_every=1)
        got = student.train(params, run, 0.1, threshold=threshold, checkpoint_every=1)
        expect_history(got, want, rtol=1e-5)


@task("3.3", points=1)
def test_train_rejects_an_update_that_overflows(student, reference):
    """Updated parameters that are not finite are a reason to restart, whichever it is, though loss and gradient are finite."""
    still, zeros = np.zeros((3, 1)), np.zeros(3, dtype=int)
    zero = {name: 0 * theta for name, theta in one_unit()[0].items()}
    uneven = np.array([[1.0], [-1.0]])
    # In each run one gradient alone times the rate is too large for a float.
    for name, changed, x, h_0, lr in (("W_x", {"W_y": uneven}, still + 1e150, 0.0, 1e200),
                                      ("W_h", {"W_y": uneven}, still[:1], 1e150, 1e200),
                                      ("b", {"W_y": 50 * uneven}, still, 0.0, 1e307),
                                      ("W_y", {"b": np.array([40.0])}, still, 0.0, 1.7e308)):
        batch = (x, zeros[:len(x)], np.array([h_0]))
        params = {**zero, **changed}
        want = reference.train(params, [batch, batch], lr, max_restarts=1)
        got = history(student.train(params, [batch, batch], lr, max_restarts=1))
        expect_true(got["restarts"] == want["restarts"] == 1, f"should be 1 where {name} is Inf after the update", "restarts")
        expect_history(got, want)


@task("3.3", points=1)
def test_train_takes_huge_and_tiny_gradients(student, reference):
    """A gradient of 1e200 is finite, with clipping and without, and one of 1e-200 is not 0."""
    zero = {name: 0 * theta for name, theta in one_unit()[0].items()}
    first = np.zeros(1, dtype=int)
    for x, size, lr, threshold in ((3e5, 1.0, 1e-7, None),
                                   (1e200, 1.0, 1e-250, None), (1e200, 1.0, 0.5, 2.0), (-3e200, 1.0, 1e-202, None),
                                   (0.0, 1e-200, 0.5, None), (0.0, 1e-180, 0.5, 0.1)):
        params = {**zero, "W_y": np.array([[size], [-size]])}
        run = [(np.array([[x]]), first, np.zeros(1)), (np.array([[0.5 * x]]), first, np.zeros(1))]
        want = reference.train(params, run, lr, threshold=threshold)
        got = history(student.train(params, run, lr, threshold=threshold))
        expect_true(got["restarts"] == 0, f"should be 0 where the gradient is {want['norms'][0]:.0e}: it is finite", "restarts")
        expect_history(got, want, rtol=1e-5)
        expect(np.array(got["norms"]), np.array(want["norms"]), "norms", rtol=1e-5, atol=0)
        if size < 1:                                      # where the parameters are as tiny
            expect(got["params"], want["params"], "params", rtol=1e-5, atol=0)
    run = [(np.ones((2, 1)), np.array([0, 1]), np.zeros(1))]
    expect_history(student.train(zero, run, 0.5, threshold=0.1),  # all weights are 0, and so is the gradient: an update like any
                   {"params": zero, "losses": [2 * math.log(2.0)], "norms": [0.0], "restarts": 0})


@task("3.4", points=1)
def test_scalar_loss_of_random_cases(student, rng):
    """The loss is right for any number of steps, and from a start that is no value of σ."""
    for steps, start in ((1, 0.0), (2, 0.0), (5, 0.0), (50, 0.0), (1, 3.0), (2, -4.0)):
        w, b, h_0, target = (float(v) for v in rng.uniform([-6, -3, 0, 0], [6, 3, 1, 1]))
        h_0 += start
        h = h_0
        for _ in range(steps):
            h = float(1 / (1 + np.exp(-(w * h + b))))
        for goal in (target, 1 + target, -target):                    # a target that is no value of σ, too
            expect(student.scalar_rnn_loss(w, b, h_0, steps, goal), (h - goal) ** 2, "L")
    # Hundreds of steps: one that creeps to its fixed point, and one that stays by a fixed point for long before it leaves.
    for w, h_0, steps in ((4.0, 0.9, 600), (6.0, 0.5 + 1e-11, 100)):
        want = float(surface_of(np.array([w]), np.array([-w / 2]), h_0, steps, 0.0)[0, 0])
        expect(student.scalar_rnn_loss(w, -w / 2, h_0, steps, 0.0), want, f"L after {steps} steps", rtol=1e-4)
    expect(student.scalar_rnn_loss(2.0, -1.0, 0.5, 3, 0.5 - CLOSE_BY), CLOSE_BY**2, "L", rtol=1e-3, atol=0)


@task("3.4", points=1)
def test_scalar_rnn_is_finite_everywhere(student):
    """Loss and gradient are finite and right where σ is 0 or 1 as a float: e^-a alone would not fit into one."""
    for w, b, h_0, steps, want in ((-1000.0, 0.0, 1.0, 1, 0.0), (1000.0, 0.0, 1.0, 3, 1.0), (0.0, -800.0, 0.3, 2, 0.0),
                                   (-1e300, 0.0, 0.5, 1, 0.0), (0.0, 1e6, 0.3, 1, 1.0), (-1e6, 1e3, 0.5, 2, 1.0)):
        expect(student.scalar_rnn_loss(w, b, h_0, steps, 0.25), (want - 0.25) ** 2, f"L for w = {w:g}, b = {b:g}")
        expect(student.scalar_rnn_grad(w, b, h_0, steps, 0.25), (0.0, 0.0), ("dL_dw", "dL_db"))
    expect(student.scalar_rnn_grad(0.0, -40.0, 2.0, 1, -1.0), (4 * np.exp(-40), 2 * np.exp(-40)), ("dL_dw", "dL_db"), atol=1e-16)
    expect(student.scalar_rnn_loss(0.0, -32.0, 0.3, 1, 0.0), np.exp(-64), "L", rtol=0.1, atol=0)  # σ is not 0 there yet
    expect(student.scalar_rnn_grad(0.0, -32.0, 2.0, 1, -1.0), (4 * np.exp(-32), 2 * np.exp(-32)), ("dL_dw", "dL_db"), atol=1e-16)
    for h_0 in (2.0, 3.0):  # the second call knows nothing of the first
        expect(student.scalar_rnn_grad(0.0, 0.0, h_0, 1, -1.0), (0.75 * h_0, 0.75), ("dL_dw", "dL_db"))
    expect(student.scalar_rnn_grad(0.0, 0.0, 0.0, 2, 0.0), (0.125, 0.25), ("dL_dw", "dL_db"))
    # Tiny is not 0, and what has nearly vanished counts where it meets a start that is huge.
    expect(student.scalar_rnn_grad(0.0, 0.0, 1e-100, 1, -1.0), (0.75e-100, 0.75), ("dL_dw", "dL_db"), atol=0)
    h_1 = 1 / (1 + np.exp(-1.0))
    want = 0.25 * (h_1 + h_1 * (1 - h_1)), 0.25
    expect(student.scalar_rnn_grad(1e-27, 0.0, 1e27, 2, 0.0), want, ("dL_dw", "dL_db"), rtol=1e-4)


@task("3.4", points=1)
def test_scalar_gradient_of_long_sequences(student):
    """Every step counts, however many there are, where the error is carried back whole, and where it grows at each."""
    # w = 4, b = -2 has the fixed point 1/2 with a factor of 4 · 1/4 = 1 a step: each adds the same to the sums.
    for steps, gap in ((30, 0.3), (75, -0.4), (600, 0.2), (120, 1e-9)):
        dL_db = 2 * gap * 0.25 * steps
        got = student.scalar_rnn_grad(4.0, -2.0, 0.5, steps, 0.5 - gap)
        expect(got, (0.5 * dL_db, dL_db), ("dL_dw", "dL_db"), rtol=1e-5, atol=0)
    # So near that a σ that is off in its last digit shows, but a way back that ends early leaves out far more.
    dL_db = 2 * 2.0**-46 * 0.25 * 20
    got = student.scalar_rnn_grad(4.0, -2.0, 0.5, 20, 0.5 - 2.0**-46)
    expect(got, (0.5 * dL_db, dL_db), ("dL_dw", "dL_db"), rtol=0.5, atol=0)
    dL_db = 2 * 0.3 * 0.25 * (2.0**90 - 1)  # w = 8, b = -4: a factor of 2 a step
    expect(student.scalar_rnn_grad(8.0, -4.0, 0.5, 90, 0.2), (0.5 * dL_db, dL_db), ("dL_dw", "dL_db"), rtol=1e-6)


@task("3.4", points=2)
def test_scalar_gradient_of_random_cases(student, rng):
    """The gradient agrees with an independent one that is exact to rounding, from one step to thirty."""
    for steps in (1, 2, 3, 30):
        w, b, h_0, target = (float(v) for v in rng.uniform([0.5, -1, 0.1, -1], [3, 1, 0.9, 0]))
        for sign in (1.0, -1.0):
            got = student.scalar_rnn_grad(sign * w, b, h_0, steps, target)
            expect_scalar_gradient(got, complex_step(sign * w, b, h_0, steps, target), steps)
        expect_scalar_gradient(student.scalar_rnn_grad(w, b, 0.0, steps, target), complex_step(w, b, 0.0, steps, target), steps)
    expect_unchanged(student)


@task("3.4", points=2)
def test_scalar_gradient_sums_over_all_steps(student):
    """At a fixed point every step back multiplies by w h (1 - h): the sums over the steps are geometric."""
    # w = 2, b = -1 has the fixed point 1/2, with factor 2 · 1/4 = 1/2 a step.
    for steps in (1, 2, 6, 40):
        dL_db = 2 * (0.5 - 0.2) * 0.25 * (2 - 0.5 ** (steps - 1))
        got = student.scalar_rnn_grad(2.0, -1.0, 0.5, steps, 0.2)
        if isinstance(got, tuple | list) and len(got) == 2 and steps > 1:
            expect_true(not np.isclose(got[1], 0.15, rtol=1e-6), f"has the last step's part alone, for {steps} steps",
                        "dL_db")
        expect(got, (0.5 * dL_db, dL_db), ("dL_dw", "dL_db"))
    # w = 4, b = -2 has the same fixed point, with factor 1: all of the 120 steps add as much.
    expect(student.scalar_rnn_grad(4.0, -2.0, 0.5, 120, 0.2), (9.0, 18.0), ("dL_dw", "dL_db"), rtol=1e-5)
    expect(student.scalar_rnn_grad(2.0, -1.0, 0.5, 6, 0.5), (0.0, 0.0), ("dL_dw", "dL_db"))
    expect(student.scalar_rnn_loss(2.0, -1.0, 0.5, 6, 0.2), 0.09, "L")
    expect(student.scalar_rnn_loss(2.0, -1.0, 0.5, 6, 0.7), 0.04, "L with another target")


@task("3.4", points=2)
def test_scalar_gradient_explodes_at_the_cliff(student):
    """On the cliff the gradient of fifty steps is above 100, and right."""
    w, b = 4.86834044, -2.53031546
    got = student.scalar_rnn_grad(w, b, **PASCANU)
    want = complex_step(w, b, **PASCANU)
    expect_scalar_gradient(got, want, 50, rtol=1e-6)
    expect_true(np.hypot(*got) > 90, "should be longer than 90 here", "(dL_dw, dL_db)")


@task("3.5", points=1)
def test_surface_of_other_losses_on_one_grid(student):
    """The same grid with another start, number of steps or target has another surface; grids may be of integers, or far out."""
    ws, bs = np.arange(-1, 3), np.array([0, -1, 2])
    for h_0, steps, target in ((0.5, 2, 0.1), (0.9, 2, 0.1), (0.9, 1, 0.1), (0.9, 1, 0.6), (0.9, 1, 0.0), (0.0, 2, 0.6)):
        want = surface_of(ws, bs, h_0, steps, target)
        expect(student.loss_surface(ws, bs, h_0, steps, target), want, "for ws and bs of whole numbers, the surface")
    near = np.array([0.3, 0.3 + 1e-7, 0.3 - 2e-4])
    want = surface_of(near, near[:2], 0.9, 3, 0.1)
    expect(student.loss_surface(near, near[:2], 0.9, 3, 0.1), want, "surface", rtol=1e-12, atol=0)
    tiny = student.loss_surface(np.array([0.0, 2.0]), np.array([-1.0, 0.0]), 0.5, 1, 0.5 - CLOSE_BY)
    want = surface_of(np.array([0.0, 2.0]), np.array([-1.0, 0.0]), 0.5, 1, 0.5 - CLOSE_BY)
    want[[1, 0], [0, 1]] = CLOSE_BY**2  # h_steps is 1/2 there
    expect(tiny, want, "surface", rtol=1e-3, atol=0)
    creeping = np.array([4.0])
    expect(student.loss_surface(creeping, -creeping / 2, 0.9, 600, 0.0), surface_of(creeping, -creeping / 2, 0.9, 600, 0.0),
           "surface after 600 steps", rtol=1e-4)
    steep, start = np.array([6.0]), 0.5 + 1e-10           # beside a fixed point that drives away, where all seems settled
    expect(student.loss_surface(steep, -steep / 2, start, 100, 0.0), surface_of(steep, -steep / 2, start, 100, 0.0),
           "surface after 100 steps", rtol=1e-6)
    want = (np.array([[0.0, 0.5, 1.0], [1.0, 1.0, 1.0]]) - 0.9) ** 2
    expect(student.loss_surface(np.array([-1e4, 0.0, 1e4]), np.array([0.0, 1e6]), 0.5, 1, 0.9), want, "surface")


@task("3.5", points=1)
def test_surface_of_random_grids(student, reference, rng):
    """The surface is right for grids of any two sizes, one point included."""
    for N, M, steps in ((4, 3, 2), (1, 5, 1), (3, 2, 1), (3, 1, 7), (3, 3, 20), (1, 1, 2)):
        ws, bs = rng.uniform(-4, 4, N), rng.uniform(-2, 2, M)
        h_0, target = float(rng.uniform(0.1, 0.9)), float(rng.uniform(0, 1))
        got = student.loss_surface(ws, bs, h_0, steps, target)
        want = surface_of(ws, bs, h_0, steps, target)
        if N == M > 1 and isinstance(got, np.ndarray) and got.shape == want.shape:
            expect_true(not np.allclose(got.T, want), "is transposed: rows go with b, columns with w", "surface")
        expect(got, want, "surface")
    ws, bs = rng.uniform(-4, 4, 5), rng.uniform(-2, 2, 4)
    twice = ws[[0, 1, 0, 4]], bs[[2, 2, 0]]
    expect(student.loss_surface(*twice, 0.4, 3, 0.6), surface_of(*twice, 0.4, 3, 0.6), "surface of values that come twice")
    expect_each_argument_counts(student, reference, "loss_surface", (ws, bs, 0.4, 3, 0.6), "surface")
    expect_others_results_kept(student, rng, "loss_surface")


@task("3.5", points=2)
def test_descend_is_thrown_off_the_cliff(student):
    """Without clipping, a step at the cliff throws (w, b) far away, where the gradient is gone."""
    path = points_of(student.descend((5.0, -2.5), 0.2, 14, **PASCANU), 14)
    expect(path[0], np.array([5.0, -2.5]), "path[0]")
    expect_steps(path[:12], None, 0.2, **PASCANU)
    expect(path[-1], np.array([15.819, 15.055]), "path[-1]", rtol=1e-3)


@task("3.5", points=1)
def test_descend_with_clipping_stays_at_the_cliff(student):
    """With clipping, the same start stays near the cliff."""
    path = points_of(student.descend(np.array([5.0, -2.5]), 0.2, 25, **PASCANU, threshold=0.2), 25)
    expect_steps(path, 0.2, 0.2, **PASCANU)
    expect_true(np.all(np.abs(path - [4.9, -2.5]) < 0.3), "leaves the neighbourhood of the start", "path")


@task("3.5", points=1)
def test_descend_refuses_a_threshold_of_zero(student):
    """A threshold of zero or below is an error here too: None alone means no clipping."""
    for threshold in (0, 0.0, -1.0):
        expect_raises(ValueError, student.descend, (2.0, -1.0), 0.5, 2, 0.5, 3, 0.1, threshold=threshold)
    student.descend((2.0, -1.0), 0.5, 2, 0.5, 3, 0.1, threshold=1.0)  # and not for this one


@task("3.5", points=1, exact=True)
def test_descend_from_any_start_for_any_time(student, reference, rng):
    """No update is the start alone; a start in integers is not rounded; 130 updates are 130, long or short."""
    start = rng.standard_normal(2)
    expect(points_of(student.descend(start, 0.5, 0, 0.4, 3, 0.2), 0), start[None, :], "path")
    for begin, lr, count, threshold in ((start, 0.5, 3, 1e-3), (np.array([2, -1]), 0.5, 4, None), ([2, -1], 3.0, 3, 0.02),
                                        ((2.0, -1.0), 0.5, 130, None)):
        path = points_of(student.descend(begin, lr, count, 0.4, 3, 0.2, threshold=threshold), count)
        expect(path[0], np.array(begin, dtype=float), "path[0]")
        # A clip that adds an epsilon of 1e-6 to the norm is right too, and shows where the norm is 1e-2.
        what = f"{'for a start of whole numbers, ' if isinstance(begin[0], int | np.integer) else ''}(path[1:] - path[:-1])"
        expect_steps(path, threshold, lr, 0.4, 3, 0.2, rtol=1e-3 if threshold else 1e-5, what=what)
    expect(points_of(student.descend((2.0, -1.0), 0.5, 20, 0.4, 3, 0.2), 20), path[:21], "path of a second call")
    # Far out, a step of thousands, and gradients of 1e-7 at a rate of ten millions.
    for begin, lr in (((300.0, -150.0), 2e4), ((3e5, -1.5e5), 2e8), ((0.0, -16.0), 1e7), ((2.0, -1.0), 0.0)):
        expect_steps(points_of(student.descend(begin, lr, 2, 0.5, 1, 0.7), 2), None, lr, 0.5, 1, 0.7)
    # Zeros are values, a gradient of 1e-12 is none, and hundreds of steps of the RNN count.
    for begin, lr, count, case in (((0.0, 0.0), 0.5, 2, (0.0, 2, 0.0)), ((4.0, -2.0), 1e12, 1, (0.5, 1, 0.5 - CLOSE_BY)),
                                   ((4.0, -2.0), 0.01, 1, (0.5, 600, 0.2)), ((4.0, -2.0), 1.0, 3, (0.5, 1, 0.5 - 2.0**-26))):
        expect_steps(points_of(student.descend(begin, lr, count, *case), count), None, lr, *case, rtol=1e-3)
    expect_each_argument_counts(student, reference, "descend", (start, 0.5, 3, 0.4, 3, 0.2), "path")
    expect_others_results_kept(student, rng, "descend")


@task("3.6", points=4)
def test_panels_hold_what_they_were_given(student, canvas, rng):
    """Each panel shows the surface and the path it was given, w to the right and b upwards, one figure after the other."""
    for N, M, count, scale in ((6, 9, 8, 1.0), (5, 5, 400, 0.1)):  # in a square nobody can guess which axis is which
        ws, bs, surface, plain, clipped, panels = drawing(student, canvas, rng, N, M, count, scale)
        expect_unchanged(student)
        expect_panels(panels, ws, bs, surface, plain, clipped)


@task("3.6", points=4)
def test_window_words_and_labels_of_both_panels(student, canvas, rng):
    """Both panels show the grid and no more, though both paths leave it; labels and titles tell what each panel shows."""
    ws, bs, _, _, _, panels = drawing(student, canvas, rng)
    expect_drawn(panels)
    expect_window(panels, ws, bs)
    expect_words(panels)
