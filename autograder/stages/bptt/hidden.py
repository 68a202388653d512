"""Hidden tests of stage 1: random problems of many shapes against the model answers, and the corners."""

import math

import numpy as np

from autograder.checks import expect, expect_raises, expect_unchanged, task
from autograder.stages.bptt.hidden_problems import (
    CORNERS,
    FACTORS,
    SHAPES,
    SQUARE,
    expect_bptt,
    expect_others_results_kept,
    expect_own_result,
    lossless,
    nearly_saturated,
    problem,
    repeated,
    solved,
    strided,
    surprised,
    symmetric,
    turning,
)
from autograder.stages.bptt.public import expect_grad, expect_gradient
from autograder.stages.each_argument import expect_each_argument_counts


@task("1.1", points=0.5)
def test_softmax_of_random_scores(student, reference, rng):
    """softmax of random scores, small and large, of one class and of many, and of whole numbers."""
    for V, scale in ((1, 3), (5, 1e4)):
        z = scale * rng.standard_normal(V)
        expect(student.softmax(z), reference.softmax(z), "softmax(z)")
    expect(student.softmax(z[::-1]), reference.softmax(z)[::-1], "softmax(z) with the scores in reverse order")
    expect_each_argument_counts(student, reference, "softmax", (30 * rng.standard_normal(40),), "softmax(z)")
    whole = np.array([1, -2, 3, 0])
    expect(student.softmax(whole), reference.softmax(whole.astype(float)), "for whole numbers, softmax(z)")
    near = whole + np.array([0.0, 2e-7, 0.0, -3e-7])      # nearly the same numbers have nearly the same probabilities
    expect(student.softmax(near), reference.softmax(near), "softmax(z)", rtol=1e-10)
    expect_unchanged(student)


@task("1.1", points=0.5)
def test_softmax_of_scores_far_apart(student):
    """softmax gives a class far below the best one its tiny probability, 1e-300 say, and not 0."""
    for z in ([709.0, 708.0, 709.5, 709.2], [0.0, -50.0, 3.0], [30000.0, 29999.0, 29990.0], [200.0, 0.0, -400.0],
              [-690.0, 0.0, -100.0, -345.0]):
        e = np.exp(np.array(z) - max(z))
        expect(student.softmax(np.array(z)), e / e.sum(), "softmax(z)", rtol=1e-9, atol=0)


@task("1.1", points=0.5)
def test_cross_entropy_of_random_probabilities(student, reference, rng):
    """cross_entropy looks at the probability of the right class and at no other."""
    for V, classes in ((2, (0, 1)), (5, (4,)), (20, (13,))):
        y_hat_t = rng.dirichlet(np.ones(V))
        for y_t in classes:
            expect(student.cross_entropy(y_hat_t, y_t), -np.log(y_hat_t[y_t]), "L_t")
    expect_each_argument_counts(student, reference, "cross_entropy", (y_hat_t, 1), "L_t")
    sure = np.array([0.004, 0.995, 0.001])
    for y_t in range(2):
        expect(student.cross_entropy(sure, y_t), -np.log(sure[y_t]), "L_t")


@task("1.1", points=0.5)
def test_cross_entropy_from_1e_300_to_1(student):
    """cross_entropy is right for probabilities of 1e-300 and below, whatever those of the other classes are: 0 too."""
    for p in (1e-7, 1e-13, 1e-300, 1e-306):
        expect(student.cross_entropy(np.array([1 - p, p, 0.0]), 1), -np.log(p), "L_t")
    expect(student.cross_entropy(np.array([0.0, 0.0, 1.0]), 2), 0.0, "L_t")
    expect(student.cross_entropy(np.array([1 - 1e-9, 1e-9]), 0), 1e-9, "L_t", rtol=1e-6, atol=0)


@task("1.2", points=1)
def test_forward_of_random_sequences(student, reference, rng):
    """forward of random sequences gives the right states, scores and probabilities."""
    for shape in (SHAPES[1], SQUARE):
        params, x, _, h_0 = problem(rng, *shape)
        expect(student.forward(params, x, h_0), reference.forward(params, x, h_0), ("h", "z", "y_hat"))
    params, x, _, h_0 = problem(rng, *SHAPES[0])
    expect_each_argument_counts(student, reference, "forward", (params, x, h_0), ("h", "z", "y_hat"))
    expect_others_results_kept(student, rng, "softmax", "forward")


@task("1.2", points=1)
def test_forward_of_whole_numbers_and_large_scores(student, reference, rng):
    """forward takes arrays of whole numbers, an h_0 of zeros or nearly so, and inputs that saturate every unit."""
    params, _, _, _ = problem(rng, 5, 2, 3, 4)
    params["b"] = np.array([0.5, -0.75, 0.25])                                 # which adds up to 0
    x = rng.integers(-1, 2, (5, 2))[[0, 1, 2, 1, 4]]                           # one comes twice
    for h_0 in (np.zeros(3, dtype=int), np.array([3, 0, -2])):
        want = reference.forward(params, x.astype(float), h_0.astype(float))
        what = [f"for an x and h_0 of whole numbers, {name}" for name in ("h", "z", "y_hat")]
        expect(student.forward(params, x, h_0), want, what)
    tiny = np.array([1e-13, -3e-200, 2e-300])
    expect(student.forward(params, x, tiny)[0][0], tiny, "h_0", atol=0)
    params, x, _, h_0 = problem(rng, 4, 3, 2, 5)
    params["W_y"] *= 1000
    for scale in (30, 1e5):
        got, want = student.forward(params, scale * x, h_0), reference.forward(params, scale * x, h_0)
        expect(got, want, ("h", "z", "y_hat"))
    params = {**params, "W_x": np.full((2, 3), 40.0)}                          # scores of one step far below those of the next
    x = np.array([1.0, -1.0, 0.3, -2.0])[:, None] * np.ones((4, 3))
    for scale, atol in ((1.0, 1e-12), (0.03, 0.0)):                            # and probabilities of 1e-50, which are not 0
        params = {**params, "W_y": scale * np.abs(params["W_y"])}
        got, want = student.forward(params, x, h_0), reference.forward(params, x, h_0)
        expect(got, want, ("h", "z", "y_hat"), rtol=1e-8, atol=atol)
    params = {**params, "W_y": np.array([[340.0], [0.0], [-340.0]]) * [1.0, 0.0]}  # of 1e-295 too
    got, want = student.forward(params, x, h_0), reference.forward(params, x, h_0)
    expect(got, want, ("h", "z", "y_hat"), rtol=1e-8, atol=0)
    expect_unchanged(student)


@task("1.2", points=1)
def test_forward_of_the_smallest_sizes(student, reference, rng):
    """forward works for T = 1, D = 1, H = 1 and V = 1."""
    for shape in CORNERS[1:]:
        params, x, _, h_0 = problem(rng, *shape)
        expect(student.forward(params, x, h_0), reference.forward(params, x, h_0), ("h", "z", "y_hat"))
    params, x, _, h_0 = problem(rng, *CORNERS[0])
    expect_each_argument_counts(student, reference, "forward", (params, x, h_0), ("h", "z", "y_hat"))


@task("1.2", points=1)
def test_forward_of_a_long_sequence(student, rng):
    """forward of T = 520 steps is right to the last step, in a net that forgets nothing of its start."""
    params = {"W_x": np.full((1, 2), 0.01), "W_h": np.ones((1, 1)), "b": np.zeros(1), "W_y": np.array([[1.0], [-2.0], [0.5]])}
    x, h = rng.standard_normal((520, 2)), [0.3]
    for inputs in (0.01 * x.sum(axis=1)).tolist():
        h.append(math.tanh(h[-1] + inputs))
    z = np.outer(h[1:], params["W_y"])
    e = np.exp(z)
    want = np.array(h)[:, None], z, e / e.sum(axis=1, keepdims=True)
    other = x.copy()
    other[260] += 20.0                                    # another sequence, though its first and last steps are the same
    student.forward(params, other, np.array([0.3]))
    expect(student.forward(params, x, np.array([0.3])), want, ("h", "z", "y_hat"), rtol=1e-7)


@task("1.2", points=1)
def test_forward_of_arrays_that_are_not_contiguous(student, reference, rng):
    """forward does not mind how its arrays lie in memory."""
    params, x, _, h_0 = problem(rng, 6, 3, 4, 5)
    got = student.forward(strided(params), strided(x), strided(h_0))
    expect(got, reference.forward(params, x, h_0), ("h", "z", "y_hat"))


@task("1.3", points=1)
def test_dL_dyhat_of_random_probabilities(student, reference, rng):
    """dL_dyhat is right for random probabilities and for a very small one."""
    expect_gradient(student.dL_dyhat(np.ones(1), 0), [-1], "dL_dyhat")
    for p in (1e-9, 1e-190):
        expect_gradient(student.dL_dyhat(np.array([p, 0.0, p, 1 - 2 * p]), 2), [0, 0, -1 / p, 0], "dL_dyhat")
    expect_each_argument_counts(student, reference, "dL_dyhat", (rng.dirichlet(np.ones(6)), 1), "dL_dyhat")
    expect_gradient(student.dL_dyhat(np.full(20, 0.05), 13), -20 * np.eye(20)[13], "dL_dyhat")
    for y_t in (1, 2):                                                # one probability, and one sum, whichever class is right
        expect_gradient(student.dL_dyhat(np.full(3, 1 / 3), y_t), -3 * np.eye(3)[y_t], "dL_dyhat")
    expect_others_results_kept(student, rng, "forward", "dL_dyhat")


@task("1.3", points=2)
def test_dyhat_dz_of_random_probabilities(student, reference, rng):
    """dyhat_dz is the whole Jacobian, for random probabilities of 1 to 6 classes."""
    expect_gradient(student.dyhat_dz(np.ones(1)), np.zeros((1, 1)), "dyhat_dz")
    small = np.array([1e-14, 0.25, 0.75 - 1e-14, 1e-75])
    want = np.diag(small) - np.outer(small, small)
    expect(student.dyhat_dz(small), want, "dyhat_dz", rtol=1e-9, atol=0)
    expect_each_argument_counts(student, reference, "dyhat_dz", (rng.dirichlet(np.ones(6)),), "dyhat_dz")
    expect_others_results_kept(student, rng, *FACTORS[:2])


@task("1.3", points=1)
def test_dL_dz_is_the_product_of_the_first_two_factors(student, reference, rng):
    """dL_dz equals dL_dyhat @ dyhat_dz."""
    for V in (1, 2, 20, 6):
        y_hat_t, y_t = rng.dirichlet(np.ones(V)), int(rng.integers(min(10, V // 2), V))
        want = reference.dL_dyhat(y_hat_t, y_t) @ reference.dyhat_dz(y_hat_t)
        expect_gradient(student.dL_dz(y_hat_t, y_t), want, "dL_dz")
    expect_each_argument_counts(student, reference, "dL_dz", (y_hat_t, y_t), "dL_dz")
    small = np.array([1e-20, 0.25, 0.75, 1e-280])
    for y_t in (0, 1):
        expect(student.dL_dz(small, y_t), small - np.eye(4)[y_t], "dL_dz", rtol=1e-9, atol=0)
    for y_t in (1, 2):
        expect_gradient(student.dL_dz(np.full(3, 1 / 3), y_t), 1 / 3 - np.eye(3)[y_t], "dL_dz")
    expect_unchanged(student)
    expect_others_results_kept(student, rng, *FACTORS[:3])


@task("1.3", points=1)
def test_dz_dh_of_random_weights(student, reference, rng):
    """dz_dh has shape (V, H), also where V = 1 or H = 1."""
    for shape, scale in (((1, 3), 1e80), ((3, 1), 1e-90), ((3, 3), 1.0)):
        W_y = scale * rng.standard_normal(shape)
        expect_gradient(student.dz_dh(W_y), W_y, "dz_dh", atol=0)
    expect_each_argument_counts(student, reference, "dz_dh", (rng.standard_normal((5, 3)),), "dz_dh")
    expect_others_results_kept(student, rng, *FACTORS[:4])


@task("1.3", points=2)
def test_dh_dh_prev_of_random_states(student, reference, rng):
    """dh_dh_prev is right for random states of 1 to 5 units, saturated ones too."""
    for H in (5, 1, 3):
        h_t, W_h = np.tanh(2 * rng.standard_normal(H)), rng.standard_normal((H, H))
        expect_gradient(student.dh_dh_prev(strided(h_t), strided(W_h)), reference.dh_dh_prev(h_t, W_h), "dh_dh_prev")
    expect_each_argument_counts(student, reference, "dh_dh_prev", (h_t, W_h), "dh_dh_prev")
    W_h = rng.standard_normal((4, 4))
    for h_t in (np.array([1.0, -1.0, 0.5, 0.9999]), np.zeros(4), np.array([0.5, 0.5, -0.2, 0.5])):
        expect_gradient(student.dh_dh_prev(h_t, W_h), (1 - h_t**2)[:, None] * W_h, "dh_dh_prev")
    steep = np.array([1.0, 1 - 1e-9, 0.0, -1 + 1e-6])                 # a slope of 2e-9 has eight digits, whatever the formula
    for weights in (W_h + W_h.T, 1e-280 * W_h):
        want = np.array([0.0, 2e-9 - 1e-18, 1.0, 2e-6 - 1e-12])[:, None] * weights
        expect(student.dh_dh_prev(steep, weights), want, "dh_dh_prev", rtol=1e-6, atol=0)
    expect_unchanged(student)
    expect_others_results_kept(student, rng, *FACTORS[:5])


@task("1.3", points=2)
def test_dh_dW_x_of_random_states(student, reference, rng):
    """dh_dW_x is right for random states and inputs, also for H = 1, D = 1 and a word as a row of 0 and 1."""
    for H, D, scale in ((4, 1, 1.0), (1, 3, 1e9), (3, 2, 1.0)):
        h_t, x_t = np.tanh(rng.standard_normal(H)), scale * rng.standard_normal(D)
        expect_gradient(student.dh_dW_x(h_t, x_t), reference.dh_dW_x(h_t, x_t), "dh_dW_x")
    expect_each_argument_counts(student, reference, "dh_dW_x", (h_t, x_t), "dh_dW_x")
    state, word = np.array([0.5, 0.5]), np.array([0, 0, 1, 0])        # two units in one state are still two
    want = reference.dh_dW_x(state, word.astype(float))
    expect_gradient(student.dh_dW_x(state, word), want, "for an x_t of whole numbers, dh_dW_x")
    slopes = np.array([1.0, 2e-6 - 1e-12, 0.0])                       # of a unit that is exactly 0, and of saturated ones
    for x_t in (np.array([1.0, 0.0, -2.0]), np.array([1e-290, 1e-20, 3.0])):
        want = np.diag(slopes)[:, :, None] * x_t
        expect(student.dh_dW_x(np.array([0.0, 1 - 1e-6, -1.0]), x_t), want, "dh_dW_x", rtol=1e-6, atol=0)
    expect_unchanged(student)
    expect_others_results_kept(student, rng, *FACTORS)


@task("1.4", points=1)
def test_dh_dh_of_all_pairs_of_steps(student, reference, rng):
    """dh_t/dh_k is right for each 0 <= k <= t <= T of random sequences."""
    h, W_h = np.tanh(rng.standard_normal((4, 2))), rng.standard_normal((2, 2))
    for t in range(1, 4):
        for k in range(t + 1):
            want = reference.dh_dh(h, W_h, t, k)
            expect_gradient(student.dh_dh(h, W_h, t, k), want, f"dh_{t}/dh_{k}")
    h, W_h = np.tanh(rng.standard_normal((4, 4))), rng.standard_normal((4, 4))
    expect_each_argument_counts(student, reference, "dh_dh", (h, W_h, 3, 1), "dh_3/dh_1")
    expect_gradient(student.dh_dh(h, W_h + W_h.T, 3, 0), reference.dh_dh(h, W_h + W_h.T, 3, 0), "dh_3/dh_0 for a symmetric W_h")
    between = h * np.array([1.0, 1.0, 0.5, 1.0])[:, None]             # other states between the same ends
    expect_gradient(student.dh_dh(between, W_h, 3, 1), reference.dh_dh(between, W_h, 3, 1), "dh_3/dh_1")
    again = h[[0, 1, 2, 1]]                                           # back in the state of step 1, by way of another one
    expect_gradient(student.dh_dh(again, W_h, 3, 0), reference.dh_dh(again, W_h, 3, 0), "dh_3/dh_0 where h_3 is h_1")
    expect_unchanged(student)
    expect_others_results_kept(student, rng, "forward", "dh_dh_prev", "dh_dh")


@task("1.4", points=1)
def test_dh_dh_of_one_unit_and_of_strided_arrays(student, reference, rng):
    """dh_dh works for H = 1 and does not mind how its arrays lie in memory."""
    for H, steps in ((1, ((4, 0), (2, 2))), (3, ((4, 0), (3, 1)))):
        h, W_h = np.tanh(rng.standard_normal((5, H))), rng.standard_normal((H, H))
        for t, k in steps:
            want = reference.dh_dh(h, W_h, t, k)
            expect_gradient(student.dh_dh(strided(h), strided(W_h), t, k), want, f"dh_{t}/dh_{k}")


@task("1.4", points=1)
def test_dh_dh_over_many_steps_keeps_its_digits(student, reference, rng):
    """dh_30/dh_0 is tiny, or huge, and right in all its digits: from 1e-300 to 1e200 nothing is set to 0 or clipped."""
    h, spread = np.tanh(0.3 * rng.standard_normal((31, 5))), rng.standard_normal((5, 5))
    near = np.array([0.999999, -0.999999, 0.9999999, 0.99999, -0.99999])
    for last, rtol in ((near, 1e-6), (np.sign(near), 0)):             # at the end units that are saturated, nearly and wholly
        ends = np.vstack([h[:4], last])
        expect(student.dh_dh(ends, spread, 4, 1), reference.dh_dh(ends, spread, 4, 1), "dh_4/dh_1", rtol=rtol, atol=0)
    turn = np.linalg.qr(spread)[0]                                    # a solve, too, keeps the digits of huge factors that turn
    for W_h in (0.1 * spread, 1e-10 * spread, 1e6 * turn):
        want = reference.dh_dh(h, W_h, 30, 0)
        got = student.dh_dh(h, W_h, 30, 0)
        expect(got, want, "dh_30/dh_0", rtol=1e-6, atol=1e-7 * np.abs(want).max())
    h = np.tanh(0.3 * rng.standard_normal((121, 5)))
    got, want = student.dh_dh(h, 0.3 * turn, 120, 0), reference.dh_dh(h, 0.3 * turn, 120, 0)
    expect(got, want, "dh_120/dh_0", rtol=1e-6, atol=1e-7 * np.abs(want).max())


@task("1.4", points=1)
def test_dh_dh_over_many_steps_in_which_nothing_vanishes(student, rng):
    """dh_260/dh_0 multiplies all 260 factors, where each of them turns the state and hardly shortens it."""
    turn, slope = np.linalg.qr(rng.standard_normal((3, 3)))[0], 1 - 0.1**2
    h = 0.1 * rng.choice([-1.0, 1.0], (261, 3))                        # one slope for all units and steps
    for t, k in ((260, 0), (130, 20)):
        want = slope ** (t - k) * np.linalg.matrix_power(turn, t - k)
        expect(student.dh_dh(h, turn, t, k), want, f"dh_{t}/dh_{k}", rtol=1e-8, atol=1e-9 * slope ** (t - k))


@task("1.4", points=1)
def test_dh_dh_refuses_every_step_out_of_range(student, rng):
    """dh_dh raises ValueError for a negative step, for t > T and for k > t, and for nothing else."""
    h, W_h = np.tanh(rng.standard_normal((3, 3))), rng.standard_normal((3, 3))
    # -4 lies before the first row, -3 and -1 are the first and the last row from behind, 3 lies after the last.
    for t, k in ((0, 1), (0, 2), (1, 2), (3, 0), (3, 2), (3, 3), (2, 3), (0, -1), (2, -1), (1, -3), (2, -4),
                 (-1, -1), (-1, -3), (-3, -3), (-4, -4), (-1, 0), (-1, 2), (-3, 0)):
        expect_raises(ValueError, student.dh_dh, h, W_h, t, k)
    expect(student.dh_dh(h, W_h, 0, 0), np.eye(3), "dh_0/dh_0")
    expect(student.dh_dh(h, W_h, 2, 2), np.eye(3), "dh_2/dh_2")


@task("1.5", points=1)
def test_term_of_all_pairs_of_steps(student, reference, rng):
    """term is right for each 1 <= k <= t <= T of random sequences."""
    args = solved(reference, rng, 3, 4, 2, 5)
    for t in (1, 2, 3):
        for k in range(1, t + 1):
            expect_gradient(student.term(*args, t, k), reference.term(*args, t, k), f"term(t={t}, k={k})")
    for args, steps in ((symmetric(reference, rng), [(3, 1)]), (surprised(reference, rng, 3, 2, 4, 5), [(3, 3), (3, 1)]),
                        (nearly_saturated(reference, rng, 3, 2, 4, 5), [(3, 1), (2, 2)])):
        for t, k in steps:
            expect_gradient(student.term(*args, t, k), reference.term(*args, t, k), f"term(t={t}, k={k})", rtol=1e-7)
    expect_own_result(student, reference, rng, (3, 4, 2, 5), "term", 3, 1)
    expect_unchanged(student)


@task("1.5", points=2)
def test_sums_over_many_steps_in_which_nothing_vanishes(student, reference, rng):
    """A summand from 100 steps back counts as much as a near one, in (3) and in (4)."""
    T = 102
    params, x, y, h, y_hat = args = lossless(reference, rng, T, 2, 3, 4, silent=[-9])  # a summand of 0 between others
    dh, want = reference.dL_dz(y_hat[-1], y[-1]) @ params["W_y"], np.zeros((3, 2))
    for k in range(T, 0, -1):
        one = np.outer((1 - h[k] ** 2) * dh, x[k - 1])
        want, dh = want + one, dh @ reference.dh_dh_prev(h[k], params["W_h"])
        if k in (1, 78, 93):
            expect_gradient(student.term(*args, T, k), one, f"term(t={T}, k={k})", rtol=1e-8)
    expect_gradient(student.dL_dW_x(*args, T), want, f"dL_{T}/dW_x", rtol=1e-7)
    params, x, y, _, y_hat = args = turning(210, 2, 3, 4)
    params["W_h"] *= 8                                    # and one that has grown to 1e187
    one = 8.0**208 * np.roll((y_hat[-1] - np.eye(4)[y[-1]]) @ params["W_y"], -208)
    expect_gradient(student.term(*args, 210, 2), np.outer(one, x[1]), "term(t=210, k=2)", rtol=1e-8)
    args = lossless(reference, rng, 42, 2, 3, 4, silent=[-9])
    expect_gradient(student.dLtotal_dW_x(*args), reference.bptt(*args)["W_x"], "dL_total/dW_x", rtol=1e-7)


@task("1.5", points=0.5)
def test_summands_that_have_vanished_are_tiny_and_right(student, reference, rng):
    """A summand of 1e-28 is right to eight digits, and not 0; nor is a sum of 1e132 clipped."""
    for gain in (0.05, 1e-8):
        args = solved(reference, rng, 25, 2, 3, 4, gain=gain)
        for t, k in ((25, 1), (20, 12)):
            want = reference.term(*args, t, k)
            expect(student.term(*args, t, k), want, f"term(t={t}, k={k})", rtol=1e-8, atol=1e-9 * np.abs(want).max())
    args = turning(12, 2, 3, 4)
    args[0]["W_h"] *= 2.0**40                             # and sums that have grown to 1e132
    expect_gradient(student.dL_dW_x(*args, 12), reference.dL_dW_x(*args, 12), "dL_12/dW_x", rtol=1e-8)
    expect_gradient(student.dLtotal_dW_x(*args), reference.bptt(*args)["W_x"], "dL_total/dW_x", rtol=1e-8)


@task("1.5", points=1)
def test_dL_dW_x_of_random_sequences(student, reference, rng):
    """dL_t/dW_x is right for each t of random sequences."""
    args = solved(reference, rng, 3, 2, 4, 6)
    for t in range(1, 4):
        expect_gradient(student.dL_dW_x(*args, t), reference.dL_dW_x(*args, t), f"dL_{t}/dW_x")
    for args in (symmetric(reference, rng), surprised(reference, rng, 3, 2, 4, 5)):
        expect_gradient(student.dL_dW_x(*args, 3), reference.dL_dW_x(*args, 3), "dL_3/dW_x", rtol=1e-7)
    args = repeated(*args)
    expect_gradient(student.dL_dW_x(*args, 3), reference.dL_dW_x(*args, 3), "dL_3/dW_x of a word said three times", rtol=1e-7)
    expect_own_result(student, reference, rng, (3, 2, 4, 5), "dL_dW_x", 2)
    expect_unchanged(student)


@task("1.5", points=1)
def test_dLtotal_dW_x_of_random_sequences(student, reference, rng):
    """dL_total/dW_x is right for random sequences."""
    args = solved(reference, rng, 4, 5, 2, 3)
    expect_gradient(student.dLtotal_dW_x(*args), reference.bptt(*args)["W_x"], "dL_total/dW_x")
    for args in (symmetric(reference, rng), surprised(reference, rng, 3, 2, 4, 5)):
        expect_gradient(student.dLtotal_dW_x(*args), reference.bptt(*args)["W_x"], "dL_total/dW_x", rtol=1e-7)
    args = repeated(*args)
    expect_gradient(student.dLtotal_dW_x(*args), reference.bptt(*args)["W_x"], "dL_total/dW_x of a word said three times",
                    rtol=1e-7)
    expect_own_result(student, reference, rng, (3, 2, 4, 5), "dLtotal_dW_x")
    expect_others_results_kept(student, rng, "forward", "dL_dz", "dh_dh", "term")
    expect_others_results_kept(student, rng, "forward", "dh_dh", "term", "dL_dW_x", "dLtotal_dW_x")


@task("1.5", points=0.5)
def test_sums_of_the_smallest_sizes(student, reference, rng):
    """The sums work for T = 1, D = 1, H = 1 and V = 1."""
    for shape in CORNERS:
        args = solved(reference, rng, *shape)
        T = shape[0]
        if 1 not in (T, shape[3]):                        # of one step see the public tests; of one class all are 0
            expect_gradient(student.term(*args, T, 1), reference.term(*args, T, 1), f"term(t={T}, k=1)")
            expect_gradient(student.dL_dW_x(*args, T), reference.dL_dW_x(*args, T), f"dL_{T}/dW_x")
        expect_gradient(student.dLtotal_dW_x(*args), reference.bptt(*args)["W_x"], "dL_total/dW_x")


@task("1.5", points=1)
def test_sums_of_arrays_that_are_not_contiguous(student, reference, rng):
    """The sums do not mind how their arrays lie in memory, nor that their numbers are whole ones."""
    args = solved(reference, rng, 3, 4, 3, 2)
    apart = tuple(strided(value) for value in args)
    expect_gradient(student.term(*apart, 3, 2), reference.term(*args, 3, 2), "term(t=3, k=2)")
    expect_gradient(student.dL_dW_x(*apart, 2), reference.dL_dW_x(*args, 2), "dL_2/dW_x")
    expect_gradient(student.dLtotal_dW_x(*apart), reference.bptt(*args)["W_x"], "dL_total/dW_x")
    args = turning(5, 2, 3, 4)                            # its x is an array of integers
    floats = (args[0], args[1].astype(float), *args[2:])
    whole = "for an x of whole numbers, "
    expect_gradient(student.term(*args, 5, 1), reference.term(*floats, 5, 1), f"{whole}term(t=5, k=1)")
    expect_gradient(student.dL_dW_x(*args, 5), reference.dL_dW_x(*floats, 5), f"{whole}dL_5/dW_x")
    expect_gradient(student.dLtotal_dW_x(*args), reference.bptt(*floats)["W_x"], f"{whole}dL_total/dW_x")
    expect_unchanged(student)


@task("1.6", points=2)
def test_bptt_gives_the_gradient_of_W_x(student, reference, rng):
    """bptt gives dL_total/dW_x, the same as equation (4)."""
    expect_bptt(student, reference, rng, "W_x")


@task("1.6", points=2)
def test_bptt_gives_the_gradient_of_W_h(student, reference, rng):
    """bptt gives dL_total/dW_h."""
    expect_bptt(student, reference, rng, "W_h")


@task("1.6", points=1)
def test_bptt_gives_the_gradient_of_b(student, reference, rng):
    """bptt gives dL_total/db, an entry for each hidden unit."""
    expect_bptt(student, reference, rng, "b")


@task("1.6", points=2)
def test_bptt_gives_the_gradient_of_W_y(student, reference, rng):
    """bptt gives dL_total/dW_y, summed over all steps."""
    expect_bptt(student, reference, rng, "W_y")


@task("1.6", points=2)
def test_bptt_gives_the_gradient_of_h_0(student, reference, rng):
    """bptt gives dL_total/dh_0, carried back through the first step too."""
    expect_bptt(student, reference, rng, "h_0")


@task("1.6", points=1)
def test_bptt_of_the_smallest_sizes(student, reference, rng):
    """bptt works for T = 1, D = 1, H = 1 and V = 1."""
    for shape in CORNERS:
        args = solved(reference, rng, *shape)
        grads = student.bptt(*args)
        for key, want in reference.bptt(*args).items():
            expect_grad(grads, key, want)
    expect_own_result(student, reference, rng, (3, 4, 2, 5), "bptt")
    expect_others_results_kept(student, rng, "forward", "dL_dz", "dLtotal_dW_x", "bptt")


@task("1.6", points=2)
def test_bptt_is_linear_in_T(student, reference, rng):
    """bptt handles T = 1500 steps: one pass back, not a sum over k for every t, which runs out of time."""
    # As in the public example nothing vanishes: W_h hands each unit's value to the next one, and all slopes are 1.
    T, H, V = 1500, 3, 4
    params, x, y, h, y_hat = turning(T, 2, H, V)
    params["W_y"], y = rng.standard_normal((V, H)), rng.integers(V, size=T)
    grads = student.bptt(params, x, y, h, y_hat)
    from_losses = params["W_y"].mean(axis=0) - params["W_y"][y]
    step, unit = np.arange(T)[:, None], np.arange(H)
    together = from_losses[step, (unit + step) % H][::-1].cumsum(axis=0)[::-1]  # where each column goes along with one value
    of_h_t = together[step, (unit - step) % H]
    for key, want in (("h_0", np.roll(of_h_t[0], -1)), ("b", of_h_t.sum(axis=0)), ("W_x", of_h_t.T @ x)):
        expect_grad(grads, key, want, rtol=1e-7, atol=1e-10 * np.abs(want).max())


@task("1.6", points=1)
def test_bptt_keeps_what_has_vanished(student, reference):
    """bptt carries the one error there is, at the last step, back to h_0: tiny, never 0; and what grows, whole."""
    T = 20
    # Unit 0 follows the input and makes steps 1 to 19 sure of the right class, so that they have no error at all.
    params = {"W_y": np.array([[900.0, 0.5], [-900.0, -1.0], [0.0, 2.0]]), "b": np.array([0.0, 0.1]),
              "W_h": np.array([[0.0, 0.0], [0.03, 0.05]]), "W_x": np.array([[2.0], [0.1]])}
    x, y = np.ones((T, 1)), np.zeros(T, dtype=int)
    x[-1], y[-1] = 0.0, 2
    for scale in (1.0, 1e-8):
        params = {**params, "W_h": scale * params["W_h"]}
        h, _, y_hat = reference.forward(params, x, np.array([0.2, -0.4]))
        want = reference.bptt(params, x, y, h, y_hat)
        grads = student.bptt(params, x, y, h, y_hat)
        expect_grad(grads, "h_0", want["h_0"], rtol=1e-8, atol=0)
        expect_grad(grads, "W_h", want["W_h"], rtol=1e-8)
    x = np.vstack([[[1e4]], x[1:]])                       # both units are saturated at step 1: past it there is nothing at all
    h, _, y_hat = reference.forward(params, x, np.array([0.2, -0.4]))
    expect_grad(student.bptt(params, x, y, h, y_hat), "h_0", np.zeros(2), atol=0)
    params, x, y, h, y_hat = turning(45, 2, 3, 4)
    params["W_h"] *= 2                                    # what is carried back grows to 1e13
    want = np.zeros(3)
    for t in range(45, 0, -1):
        want = 2 * np.roll((y_hat[t - 1] - np.eye(4)[y[t - 1]]) @ params["W_y"] + want, -1)
    expect_grad(student.bptt(params, x, y, h, y_hat), "h_0", want, rtol=1e-8)


@task("1.6", points=1)
def test_bptt_of_arrays_that_are_not_contiguous(student, reference, rng):
    """bptt does not mind how its arrays lie in memory."""
    args = lossless(reference, rng, 30, 3, 4, 5)
    grads = student.bptt(*(strided(value) for value in args))
    for key, want in reference.bptt(*args).items():
        expect_grad(grads, key, want)


@task("1.7", points=1)
def test_numerical_gradient_uses_the_step_it_is_given(student, rng):
    """numerical_gradient moves each entry by eps up and down: for a cube that gives 3 theta^2 + eps^2."""
    theta = rng.standard_normal(2)

    def cube(at):
        return float(np.sum(np.asarray(at) ** 3))

    for eps, at in ((0.5, theta), (0.25, theta), (0.25, theta[::-1].copy())):
        got = student.numerical_gradient(cube, at, eps)
        expect_gradient(got, 3 * at**2 + eps**2, "numerical_gradient", rtol=1e-9, atol=1e-9)
    got = student.numerical_gradient(lambda at: float(np.sum(np.asarray(at) ** 2)), theta, 0.5)
    expect_gradient(got, 2 * theta, "numerical_gradient of another function at the same theta", rtol=1e-9, atol=1e-9)

    def bend(at):                                         # half of its slope lies on either side
        return float(np.sum(np.maximum(np.asarray(at), 0.0)))

    expect_gradient(student.numerical_gradient(bend, np.zeros(2), 0.25), np.full(2, 0.5), "numerical_gradient at a bend")

    def wave(at):
        return float(np.sum(np.sin(np.asarray(at) / 1e-8)))

    got = student.numerical_gradient(wave, np.zeros(1), 1e-8)
    expect_gradient(got, np.full(1, np.sin(1.0) / 1e-8), "numerical_gradient", rtol=1e-6)
    expect_unchanged(student)


@task("1.7", points=1)
def test_numerical_gradient_steps_by_1e_5_unless_told(student, rng):
    """numerical_gradient has eps = 1e-5 by default."""
    theta = rng.uniform(-1e-4, 1e-4, 2)

    def wave(at):
        return float(np.sum(np.sin(1e5 * np.asarray(at))))

    want = 1e5 * np.cos(1e5 * theta) * np.sin(1.0)  # the central difference of sin(1e5 theta) with step 1e-5
    expect_gradient(student.numerical_gradient(wave, theta), want, "numerical_gradient", rtol=1e-6, atol=1e-3)


@task("1.7", points=1)
def test_numerical_gradient_of_any_shape(student, reference, rng):
    """numerical_gradient has the shape of theta, of whole numbers too, in any order of memory, for slopes of any size."""
    for shape, lies, scale in (((1,), np.array, 1.0), ((2,), strided, 1e-9), ((2, 3), np.asfortranarray, 1e6),
                               ((2, 1, 2), np.array, 1e-250)):
        theta = rng.choice([-2, -1, 1, 2], shape) if len(shape) == 3 else rng.standard_normal(shape)
        theta.flat[0], theta.flat[-1] = 0, theta.flat[theta.size // 2]           # two entries are equal, where there are more
        weights = rng.standard_normal(shape)

        def f(at, weights=weights, scale=scale):
            return scale * float(np.sum(weights * at) ** 2 + np.sum(np.asarray(at) ** 2))

        want = scale * (2 * np.sum(weights * theta) * weights + 2 * theta)
        got = student.numerical_gradient(f, lies(theta))
        what = "for a theta of whole numbers, numerical_gradient" if theta.dtype.kind == "i" else "numerical_gradient"
        expect_gradient(got, want, what, rtol=1e-6, atol=1e-6 * scale)
    expect_unchanged(student)


@task("1.7", points=1)
def test_relative_error_is_relative_and_symmetric(student, reference, rng):
    """relative_error does not change with the scale, nor when a and b change places."""
    for shape, scale in (((4,), 1e-8), ((2, 3, 4), 1e8), ((1, 1), 1e-20), ((13, 11), 1e-120), ((2, 3), 1e120)):
        a, b = rng.standard_normal(shape), rng.standard_normal(shape)
        if scale == 1e-8:                                 # the worst entry has an error below 1 here
            a, b = np.abs(a), np.abs(b)
        want = np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))
        expect(student.relative_error(scale * b, scale * a), want, "relative_error")
    expect(student.relative_error(np.zeros((2, 3)), b), 1.0, "relative_error")
    close = np.array([1.0, -2.0, 1.0])                    # what adds up to 0 is not 0
    for power in (20, 40):
        want = 2.0**-power / (2 + 2.0**-power)
        expect(student.relative_error(close * (1 + 2.0**-power), close), want, "relative_error", rtol=1e-6, atol=0)
    expect_each_argument_counts(student, reference, "relative_error", (a, b), "relative_error")


@task("1.7", points=1)
def test_gradient_check_of_each_name(student, reference, rng):
    """gradient_check checks each name in params, with the eps it is given, and ignores other gradients."""
    for W, b, s, *other_names in (("W_x", "b", "s", "h_0"), ("h_0", "c_0", "W_x", "b", "W_h")):
        params = {W: rng.standard_normal((1, 2)), b: rng.standard_normal(2), s: rng.standard_normal(1 if s == "W_x" else 2)}

        def loss(at, power=3, W=W, b=b, s=s):
            return float(np.sum(np.tanh(at[W] @ np.ones(2) + at[b])) * np.sum(at[s] ** power))

        def other(at, loss=loss, s=s):                    # its difference depends on eps
            return loss(at, power=2) + 1e-5 * float(np.sum(np.sin(1e5 * at[s])))

        grads = {name: rng.standard_normal(value.shape) for name, value in reversed(params.items())}
        grads |= dict.fromkeys(other_names, np.ones(2))
        checks = [(loss, 0.5), (loss, 1e-5), (other, 1e-5)]
        if s == "W_x":
            params[s] = np.array([2])                     # of integers
            grads[s] = np.array([loss({**params, s: np.ones(1)})])  # of the right sign, and too small
            grads[b] = np.zeros(2)                        # one that was forgotten
            checks = checks[:1]
        for f, eps in checks:
            want = reference.gradient_check(f, params, grads, eps)
            expect(student.gradient_check(f, params, grads, *[eps][:eps != 1e-5]), want, "gradient_check", rtol=1e-6, atol=1e-9)
    expect_unchanged(student)
