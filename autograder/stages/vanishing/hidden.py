"""Hidden tests of stage 2: other shapes, long sequences, vanished values, and properties."""

from functools import cache

import numpy as np

from autograder.checks import expect, expect_raises, expect_true, expect_unchanged, task
from autograder.stages.each_argument import expect_each_argument_counts, expect_results_kept
from autograder.stages.vanishing.public import (
    as_array,
    early_gradient_by_complex_step,
    expect_decay_labels,
    expect_decay_lines,
    expect_flow,
    expect_other_seeds_count,
    expect_shape,
    expect_terms,
    expect_words,
    jacobians_by_complex_step,
    random_params,
    spectral_norms,
    states,
    term_norms_by_complex_step,
)

SENTENCE = "The brown and black dog which was playing with the cat was a german shepherd".split()


def contraction(rng, hidden, sigma):
    """A random matrix whose largest singular value is `sigma`."""
    W_h = rng.standard_normal((hidden, hidden))
    return W_h * sigma / np.linalg.norm(W_h, 2)


def orthogonal(rng, size):
    """A random orthogonal matrix."""
    return np.linalg.qr(rng.standard_normal((size, size)))[0]


def trajectory(rng, W_h, steps):
    """States of a run with random inputs, and those inputs as they enter the tanh."""
    u = 0.5 * rng.standard_normal((steps, len(W_h)))
    return states(W_h, 0.3 * rng.standard_normal(len(W_h)), u), u


def run(reference, rng, hidden, inputs, classes, steps, gain):
    """A random problem and its forward pass: params, x, y, h, y_hat."""
    params = random_params(rng, hidden, inputs, classes, gain)
    x, y = rng.standard_normal((steps, inputs)), rng.integers(0, classes, steps)
    h, _, y_hat = reference.bptt.forward(params, x, 0.3 * rng.standard_normal(hidden))
    return params, x, y, h, y_hat


@cache
def reference_sweep(reference, radii, *rest):
    """What the model answers say, once for all submissions."""
    return reference.sweep(list(radii), *rest[:2], list(rest[2]))


def expect_others_results_kept(student, rng, name):
    """This function and those before it leave alone what the others returned or were given for the same problem."""
    __tracebackhide__ = True
    params, x, y = random_params(rng, 4, 2, 3, 0.9), rng.standard_normal((4, 2)), rng.integers(0, 3, 4)
    h, y_hat = rng.uniform(-0.9, 0.9, (5, 4)), rng.dirichlet(np.ones(3), 4)  # any will do: no value is looked at
    expect_results_kept(student, {
        "jacobian_norms": (h, params["W_h"], 4), "decay_bound": (params["W_h"], 4), "rescale": (params["W_h"], 0.9),
        "sweep": ([0.9], 4, 3, [1]), "term_norms": (params, x, y, h, y_hat, 4), "early_gradients": (params, [x, -x], [2, 1]),
    }, name)


@task("2.1", points=1)
def test_jacobian_norms_of_random_networks(student, reference, rng):
    """The norms are right for other sizes, for a t before the end, and for arrays with gaps in memory."""
    for hidden, steps, t in ((5, 9, 9), (1, 4, 4), (4, 12, 5), (3, 6, 1), (2, 1, 1), (6, 7, 0), (4, 3, 3)):
        W_h = rng.standard_normal((hidden, hidden)) / np.sqrt(hidden)
        h, _ = trajectory(rng, W_h, steps)
        expect_flow(student.jacobian_norms(h, W_h, t), reference.jacobian_norms(h, W_h, t), "‖dh_t/dh_k‖")
    for hidden in (1, 3):
        W_h, h = rng.standard_normal((hidden, hidden)), rng.uniform(-0.9, 0.9, (4, hidden))
        expect_each_argument_counts(student, reference, "jacobian_norms", (h, W_h, 3), "‖dh_t/dh_k‖")
    W_h, h = rng.standard_normal((4, 4)), rng.uniform(-0.9, 0.9, (4, 4))
    h[2, 1], h[1] = 0, h[3]                                           # back in the state of step 1, by way of another one
    expect_flow(student.jacobian_norms(h, W_h + W_h.T, 3), reference.jacobian_norms(h, W_h + W_h.T, 3), "‖dh_t/dh_k‖")
    for one in (0.9995, 0.99999, 1 - 1e-9, -1.0):                     # a unit that is saturated, nearly or wholly
        h = np.array([[0.0], [0.3], [one], [0.0]])
        slopes = [1 - 0.3**2, (1 - abs(one)) * (1 + abs(one)), 1.0]
        want = [slopes[0] * slopes[1] * 0.125, slopes[1] * 0.25, 0.5, 1.0]
        expect_flow(student.jacobian_norms(h, np.array([[0.5]]), 3), want, "‖dh_t/dh_k‖", rtol=1e-6)
    wide_h, wide_W = rng.uniform(-0.5, 0.5, (9, 12)), rng.standard_normal((8, 8))
    expect_flow(student.jacobian_norms(wide_h[:, ::3], wide_W[::2, ::2].T, 8),
                reference.jacobian_norms(wide_h[:, ::3].copy(), wide_W[::2, ::2].T.copy(), 8), "‖dh_t/dh_k‖")
    expect_unchanged(student)


@task("2.1", points=2)
def test_jacobian_norms_that_have_vanished_are_tiny_and_right(student, rng):
    """A norm of 1e-28 is right to nine digits at every lag, and never exactly 0."""
    for hidden, sigma, steps in ((6, 0.5, 15), (3, 0.05, 22)):
        W_h = contraction(rng, hidden, sigma)
        h, u = trajectory(rng, W_h, steps)
        want = spectral_norms(jacobians_by_complex_step(W_h, h, u))
        expect_flow(student.jacobian_norms(h, W_h, steps), want, "‖dh_t/dh_k‖")


@task("2.1", points=1)
def test_jacobian_norms_that_explode_are_right(student, rng):
    """Growing norms are right too, up to 1e200, and vanishing ones down to 1e-270: nothing is clipped from above or below."""
    for gain, hidden in ((25, 4), (1e14, 4), (1e-18, 4), (1e12, 2), (1e-18, 2)):
        W_h, h = gain * orthogonal(rng, hidden), 0.1 * rng.standard_normal((16, hidden))
        jacobians = [np.eye(hidden)]
        for k in range(15, 0, -1):
            jacobians.append(jacobians[-1] @ ((1 - h[k] ** 2)[:, None] * W_h))
        expect_flow(student.jacobian_norms(h, W_h, 15), spectral_norms(jacobians[::-1]), "‖dh_t/dh_k‖")


@task("2.1", points=1)
def test_jacobian_norms_do_not_depend_on_the_basis(student, rng):
    """Turning the hidden space by an orthogonal matrix changes no norm where the tanh has the same slope everywhere."""
    for value, what in ((0.6, "‖dh_t/dh_k‖ for states of one absolute value"), (0.0, "‖dh_t/dh_k‖ for states that are all 0"),
                        (0, "for states of whole numbers, all 0, ‖dh_t/dh_k‖")):
        W_h, Q = rng.standard_normal((5, 5)) / 2, orthogonal(rng, 5)
        h = value * rng.choice([-1, 1], (7, 5))
        powers = [np.linalg.norm(np.linalg.matrix_power((1 - value**2) * W_h, 6 - k), 2) for k in range(7)]
        expect_flow(student.jacobian_norms(h, W_h, 6), powers, what)
        expect_flow(student.jacobian_norms(h, Q @ W_h @ Q.T, 6), powers, "‖dh_t/dh_k‖ in another orthogonal basis")


@task("2.1", points=1)
def test_jacobian_norms_stay_below_the_bound(student, rng):
    """At every lag the norm is at most sigma_max(W_h)^lag; with a W_h that is nilpotent it reaches exactly 0."""
    for scale in rng.uniform(0.2, 1.0, 2):
        W_h = rng.standard_normal((4, 4)) * scale
        h, _ = trajectory(rng, W_h, 10)
        norms = expect_shape(student.jacobian_norms(h, W_h, 10), (11,), "‖dh_t/dh_k‖ for t = 10")
        bound = np.linalg.norm(W_h, 2) ** np.arange(10, -1, -1)
        expect_true((norms <= bound * (1 + 1e-9)).all(), "is above sigma_max(W_h)^(t - k), which no right value can be",
                    "‖dh_t/dh_k‖")
    shift, h = np.diag([0.5, 0.5, 0.5], -1), rng.uniform(-0.5, 0.5, (7, 4))
    norms = expect_shape(student.jacobian_norms(h, shift, 6), (7,), "‖dh_t/dh_k‖ for t = 6")
    expect_true((norms[:3] == 0).all() and (norms[3:] > 0).all(), "should be 0 from lag 4 on and not before, where W_h "
                "moves each unit's value one unit down and out after four steps", "‖dh_t/dh_k‖")


@task("2.1", points=1)
def test_jacobian_norms_needs_t_products_only(student, rng):
    """With t = 1500 the call ends within two seconds: each product goes on from the last one."""
    T, period = 1500, 12
    W_h, h = orthogonal(rng, 3), np.tile(rng.uniform(-0.02, 0.02, (period, 3)), (T // period + 1, 1))[: T + 1]
    norms = expect_shape(student.jacobian_norms(h, W_h, T), (T + 1,), f"‖dh_t/dh_k‖ for t = {T}")
    of_a_period = np.linalg.multi_dot([(1 - h[k] ** 2)[:, None] * W_h for k in range(period, 0, -1)])
    jacobian = np.linalg.matrix_power(of_a_period, T // period)
    expect(norms[0], np.linalg.norm(jacobian, 2), f"‖dh_t/dh_k‖ at k = 0, for t = {T},", rtol=1e-8, atol=0)


@task("2.2", points=2)
def test_decay_bound_of_random_matrices(student, reference, rng):
    """The bound is right for other sizes and long lags, and does not change under an orthogonal change of basis."""
    for hidden, sigma, t in ((5, 0.7, 30), (3, 1.4, 12), (1, 0.2, 300), (6, 1.0, 4), (2, 0.9, 1)):
        W_h = contraction(rng, hidden, sigma)
        want = [sigma ** (t - k) for k in range(t + 1)]
        expect_flow(student.decay_bound(W_h, t), want, "bound")
        expect_flow(student.decay_bound(orthogonal(rng, hidden) @ W_h @ orthogonal(rng, hidden), t), want, "bound")
    expect_each_argument_counts(student, reference, "decay_bound", (rng.standard_normal((3, 3)), 4), "bound")
    for scale, hidden in ((1e-300, 3), (1e200, 3), (1e-300, 2), (1e200, 2)):
        expect_flow(student.decay_bound(scale * orthogonal(rng, hidden), 1), [scale, 1.0], "bound")
    want = ((1 + 5**0.5) / 2) ** np.arange(3.0, -1, -1)   # sigma_max is the golden ratio
    for kind, what in ((float, "bound"), (int, "for a W_h of whole numbers, the bound")):
        expect_flow(student.decay_bound(np.array([[1, 1], [0, 1]], dtype=kind), 3), want, what)
    expect_unchanged(student)
    expect_others_results_kept(student, rng, "decay_bound")


@task("2.2", points=1)
def test_decay_bound_of_zero(student):
    """With W_h = 0 nothing arrives but at lag 0."""
    for hidden, t in ((1, 0), (3, 4)):
        expect(student.decay_bound(np.zeros((hidden, hidden)), t), np.array([0.0] * t + [1.0]), "bound for W_h = 0")
    expect_flow(student.decay_bound(np.array([[-0.5]]), 2), [0.25, 0.5, 1.0], "bound for one unit")


@task("2.2", points=1)
def test_decay_bound_is_not_passed(student, reference, rng):
    """It bounds the norms at every lag, and is reached where W_h is orthogonal and all states are 0."""
    for scale in rng.uniform(0.2, 1.0, 2):
        W_h = rng.standard_normal((4, 4)) * scale
        h, _ = trajectory(rng, W_h, 12)
        bound = expect_shape(student.decay_bound(W_h, 12), (13,), "bound for t = 12")
        norms = reference.jacobian_norms(h, W_h, 12)
        expect_true((norms <= bound * (1 + 1e-9)).all(), "lies below a norm that it should bound", "bound")
    W_h = 0.8 * orthogonal(rng, 4)
    expect_flow(student.decay_bound(W_h, 9), reference.jacobian_norms(np.zeros((10, 4)), W_h, 9), "bound")


@task("2.2", points=2)
def test_vanishing_lag_of_random_norms(student, reference, rng):
    """The first lag counts, also where the norms rise again, and one entry is enough of an array."""
    for size in (40, 2, 1):
        norms = np.exp(rng.uniform(-8, 0, size))
        if size > 2:  # the smallest one lies far back, and the largest is the last
            for place, best in ((12, np.argmin), (-1, np.argmax)):
                norms[[place, best(norms)]] = norms[[best(norms), place]]
        tolerances = [float(tolerance) for tolerance in (*sorted(norms)[:3], norms[0], norms[-1], 10.0, norms.min() * (1 - 1e-7),
                                                       norms.min() * (1 + 1e-7), norms.max() * (1 + 1e-10))]
        got = [student.vanishing_lag(norms, tolerance) for tolerance in tolerances]
        want = [reference.vanishing_lag(norms, tolerance) for tolerance in tolerances]
        expect(got, want, [f"lag for tolerance {tolerance:.3g}" for tolerance in tolerances], or_none=True)
    expect(student.vanishing_lag(np.array([1e-3, 0.5, 0.02, 1.0]), 0.1), 1, "lag", or_none=True)
    expect(student.vanishing_lag(np.array([1e-3, 0.02, 0.5, 1.0]), 0.1), 2, "lag of other norms", or_none=True)
    expect(student.vanishing_lag(0.9 ** np.arange(700.0)[::-1], 1e-30), 656, "lag for tolerance 1e-30", or_none=True)
    falling = 0.5 ** np.arange(60.0)[::-1]
    for tolerance, lag in ((1e-30, None), (2.0**-59, None), (2.0**-58.5, 59), (0.0, None)):
        expect(student.vanishing_lag(falling, tolerance), lag, f"lag for tolerance {tolerance:.3g}", or_none=True)
    expect(student.vanishing_lag(1e-9 ** np.arange(30.0)[::-1], 1e-200), 23, "lag for tolerance 1e-200", or_none=True)
    expect(student.vanishing_lag(np.array([0.0, 0.0, 1.0]), 1e-300), 1, "lag where norms are exactly 0", or_none=True)
    expect_unchanged(student)


@task("2.3", points=2)
def test_rescale_of_random_matrices(student, rng):
    """The result is W_h times one positive number, and its spectral radius is the one asked for."""
    for hidden, power in ((1, -2), (2, 3), (6, 0), (4, -13), (3, -290), (5, 150)):
        W_h = rng.standard_normal((hidden, hidden)) * 10.0**power
        for radius in (0.5, 1.7):
            got = expect_shape(student.rescale(W_h, radius), W_h.shape, "W_h rescaled")
            expect(np.abs(np.linalg.eigvals(got)).max(), radius, "its spectral radius")
            factor = got.ravel()[0] / W_h.ravel()[0]
            expect(got, factor * W_h, "W_h rescaled")
            expect_true(not np.any(np.imag(got)) and np.real(factor) > 0, "should be W_h times a positive number", "W_h rescaled")
    expect_unchanged(student)


@task("2.3", points=1)
def test_rescale_twice_is_rescale_once(student, reference, rng):
    """Rescaling what has the radius already changes nothing; only the last of two radii counts; radius 0 gives 0."""
    W_h = rng.standard_normal((4, 4))
    once, larger = (np.array(expect_shape(student.rescale(W_h, radius), (4, 4), "W_h rescaled")) for radius in (0.9, 3.0))
    expect(student.rescale(once, 0.9), once, "W_h rescaled twice")
    expect(student.rescale(larger, 0.9), once, "W_h rescaled to 3 and then to 0.9")
    expect(student.rescale(W_h, 0.0), np.zeros((4, 4)), "W_h rescaled to 0")
    for radius in (1e-150, 1e150):
        expect(student.rescale(W_h, radius), radius / 0.9 * once, f"W_h rescaled to {radius:g}", atol=0)
    expect_each_argument_counts(student, reference, "rescale", (W_h, 0.9), "W_h rescaled")
    expect_others_results_kept(student, rng, "rescale")
    for size in (1.0, 1e-9):                              # a spectral radius near the one that is asked for is another one
        for near in (1 + 1e-4, 1 - 1e-6, 1 + 3e-8):
            W_h = size * near * once
            expect(student.rescale(W_h, 0.9 * size), size * once, "W_h rescaled, whose radius is nearly right,", atol=0)
    singular = np.outer([1.0, -2.0, 0.5], [0.5, 1.0, 2.0])
    expect(student.rescale(singular, 2.0), singular * 4, "W_h rescaled, which has the eigenvalues -0.5, 0 and 0,")


@task("2.3", points=1)
def test_rescale_refuses_nilpotent_matrices(student):
    """A matrix with zeros on and above its diagonal has spectral radius 0, whatever its entries: ValueError."""
    for W_h in (np.diag([3.0, -2.0], -1), np.triu(np.ones((5, 5)), 1), np.zeros((2, 2))):
        expect_raises(ValueError, student.rescale, W_h, 1.0)
    W_h = np.triu(np.ones((3, 3)), 1) + np.diag([3.0, -2.0, 1.0])
    expect(student.rescale(W_h, 0.5), W_h / 6, "W_h rescaled, whose eigenvalues are 3, -2 and 1,")


@task("2.3", points=2)
def test_decay_rate_is_the_least_squares_slope(student, reference, rng):
    """The slope is that of the least-squares line through all lags, whatever the scatter, down to 1e-303."""
    for size, rate, zeros in ((12, -0.3, (4, 5, 11)), (2, -1.0, ()), (3, 0.4, ()), (12, -0.7, ()), (60, -11.85, ()),
                              (300, 1.4, (0, 1))):
        log_norms = rate * np.arange(size) + 0.5 * rng.standard_normal(size)
        norms, lags = np.exp(log_norms), np.arange(size, dtype=float)
        norms[list(zeros)] = 0
        lags, log_norms = np.delete(lags, zeros), np.delete(log_norms, zeros)
        lags -= lags.mean()
        want = float(lags @ log_norms / (lags @ lags))
        expect(student.decay_rate(norms[::-1]), want, "rate", rtol=1e-8)
    expect(student.decay_rate(np.exp([-3.0, -3.0, -1.0, 0.0])), -1.1, "rate of norms of which two are alike", rtol=1e-8)
    expect_each_argument_counts(student, reference, "decay_rate", (np.exp(log_norms),), "rate")
    expect_unchanged(student)


@task("2.4", points=2)
def test_sweep_of_random_networks(student, reference, rng):
    """The geometric means are right for other sizes, lengths and seeds."""
    large = [int(seed) for seed in rng.integers(10**5, 10**6, 2)]
    for radii, hidden, length, seeds in (([0.6, 1.2], 5, 2, [7, *large]), ([1.0], 2, 210, [11]),
                                         ([0.9, 0.3, 1.5, 0.9], 3, 1, [4, 2]), (np.array([0.5, 3.0]), 3, 2, np.array([0, 6]))):
        want = reference_sweep(reference, tuple(radii), hidden, length, tuple(seeds))
        expect(student.sweep(radii, hidden, length, seeds), want, "sweep(...)", rtol=1e-8, atol=0)
    expect_each_argument_counts(student, reference, "sweep", ([0.6, 1.2], 3, 2, [0, 1, 2]), "sweep(...)")
    expect_others_results_kept(student, rng, "sweep")


@task("2.4", points=2)
def test_sweep_keeps_what_has_vanished(student, reference):
    """Norms of 1e-80, and of 1e-285, are averaged without becoming exactly 0."""
    for radius, length, seeds in ((1e-8, 10, [0, 1, 2, 3, 4]), (1e-19, 15, [0, 1])):
        want = reference_sweep(reference, (radius,), 3, length, tuple(seeds))
        got = expect_shape(student.sweep([radius], 3, length, seeds), want.shape, "sweep(...)")
        expect_flow(got[0], want[0], "row 0 of sweep(...)", lags=np.arange(length + 1), rtol=1e-8)


@task("2.4", points=2)
def test_sweep_falls_at_the_rate_of_the_radius(student, rng):
    """Below radius 1 the norms fall by log(radius) a step; above it they do not vanish."""
    radii = [0.4, 0.7, 1.5]
    got = expect_shape(student.sweep(radii, 12, 20, [int(seed) for seed in rng.integers(0, 1000, 2)]), (3, 21), "sweep(...)")
    expect_true((got > 0).all(), "should all be positive", "sweep(...)")
    slopes = np.log(got[:, 20] / got[:, 10]) / 10
    for slope, radius in zip(slopes[:2], radii):
        expect_true(abs(slope - np.log(radius)) < 0.15, f"should be near log({radius:g}) = {np.log(radius):.2f} and is "
                    f"{slope:.2f}", "the slope of the log norms")
    expect_true(slopes[2] > -0.15, f"should not be {slopes[2]:.2f} for radius 1.5: those norms do not vanish",
                "the slope of the log norms")
    expect_other_seeds_count(student, radii, 12, 20, got)


@task("2.4", points=2)
def test_sweep_takes_the_geometric_mean(student):
    """The row of two seeds is the square root of the product of their rows, and a seed given twice counts twice."""
    radii = [0.4, 0.8]
    both, one, two = (expect_shape(student.sweep(radii, 4, 6, seeds), (2, 7), "sweep(...)") for seeds in ([1, 9], [1], [9]))
    expect(both, np.sqrt(one * two), "sweep of seeds 1 and 9")
    expect_true(not np.isclose(one[:, 1:], two[:, 1:], rtol=1e-9, atol=0).any(), "are the same for seed 1 and seed 9: every seed "
                "draws a network of its own", "the norms from lag 1 on")
    expect(student.sweep(radii, 4, 6, [1, 9, 9]), np.cbrt(one * two * two), "sweep of seeds 1, 9 and 9")
    expect(student.sweep(radii, 4, 6, [1, 9, 1]), np.cbrt(one * one * two), "sweep of seeds 1, 9 and 1")


@task("2.5", points=1)
def test_term_norms_over_many_steps_in_which_nothing_vanishes(student, rng):
    """A word 100 steps back counts for more than a near one, where W_h turns the state, makes it longer, and all slopes are 1."""
    hidden, V = 3, 4
    W_y = 2e30 * rng.standard_normal((V, hidden))
    params = {"W_y": W_y, "b": np.zeros(hidden), "W_h": 1.03 * orthogonal(rng, hidden), "W_x": np.zeros((hidden, 2))}
    T = 103
    x, y = 3 * rng.standard_normal((T, 2)), rng.integers(0, V, T)
    want = 1.03 ** np.arange(T)[::-1] * np.linalg.norm(W_y.mean(axis=0) - W_y[y[-1]]) * np.linalg.norm(x, axis=1)
    got = student.term_norms(params, x, y, np.zeros((T + 1, hidden)), np.full((T, V), 1 / V), T)
    expect_flow(got, want, f"term_norms(..., {T})")


@task("2.5", points=1)
def test_term_norms_of_random_problems(student, reference, rng):
    """The norms are right for other sizes, for t before the end, and for a word whose vector is 0."""
    sizes = (4, 3, 5, 8, 8), (1, 1, 2, 5, 3), (3, 6, 2, 4, 1), (5, 2, 3, 9, 9), (3, 3, 3, 3, 3)
    for hidden, inputs, classes, steps, t in sizes:
        problem = run(reference, rng, hidden, inputs, classes, steps, 0.8)
        problem[1][t // 2] *= steps > 8
        want = reference.term_norms(*problem, t)
        expect_flow(student.term_norms(*problem, t), want, f"term_norms(..., {t})")

    def complete(params, x, y, h_0):
        h, _, y_hat = reference.bptt.forward(params, x, h_0)
        return params, x, y, h, y_hat, 4

    params, y, h_0 = random_params(rng, 3, 2, 5, 0.8), rng.integers(0, 5, 4), rng.uniform(-0.5, 0.5, 3)
    whole = rng.choice([-1, 1], (4, 2))[[0, 1, 0, 2]]                                        # one word comes twice
    for kind, what in ((float, "term_norms(..., 4)"), (int, "for an x of whole numbers, term_norms(..., 4)")):
        problem = complete(params, whole.astype(kind), y, h_0)
        expect_flow(student.term_norms(*problem), reference.term_norms(*problem), what)
    args = params, rng.standard_normal((4, 2)), y, h_0
    expect_each_argument_counts(student, reference, "term_norms", args, "term_norms(..., 4)", complete)
    expect_others_results_kept(student, rng, "term_norms")


@task("2.5", points=2)
def test_term_norms_that_have_vanished_are_tiny_and_right(student, reference, rng):
    """After 16 steps the first words' summands, of 1e-20 or 1e-95, are right to nine digits, and not 0."""
    for gain in (0.05, 1e-6):
        params, x, y, h, y_hat = run(reference, rng, 3, 2, 3, 16, gain)
        want = term_norms_by_complex_step(params, x, h[0], y[-1])
        expect_flow(student.term_norms(params, x, y, h, y_hat, 16), want, "term_norms(..., 16)")
    # one unit, nearly saturated at some steps, wholly at step 2, and a last word that was held for all but impossible
    params = {"W_x": np.array([[1.0, -1.0]]), "W_h": np.array([[0.4]]), "b": np.zeros(1),
              "W_y": np.array([[90.0], [0.0], [-90.0]])}
    x, y = np.array([[0.5, 0.1], [40.0, 1.0], [5.0, -1.0], [0.2, 0.4], [-9.0, 2.0], [0.1, -0.6]]), np.array([0, 1, 2, 1, 0, 2])
    h, _, y_hat = reference.bptt.forward(params, x, np.zeros(1))
    want = reference.term_norms(params, x, y, h, y_hat, 6)
    expect_flow(student.term_norms(params, x, y, h, y_hat, 6), want, "term_norms(..., 6)", rtol=1e-5)
    one = {"W_x": np.ones((1, 2)), "W_h": np.array([[1e-118]]), "b": np.zeros(1), "W_y": np.array([[1.0], [-1.0]])}
    x, y = np.array([[3.0, -4.0], [2.0, 0.0]]), np.array([0, 1])
    got = student.term_norms(one, x, y, np.zeros((3, 1)), np.full((2, 2), 0.5), 2)
    expect_flow(got, [5e-118, 2.0], "term_norms(..., 2)")


@task("2.5", points=1)
def test_term_norms_do_not_depend_on_later_steps(student, reference, rng):
    """The summands of L_t stay as they are when the sequence is cut off after step t."""
    params, x, y, h, y_hat = run(reference, rng, 3, 2, 4, 9, 0.9)
    whole = expect_shape(student.term_norms(params, x, y, h, y_hat, 6), (6,), "term_norms(..., 6)")
    cut = student.term_norms(params, x[:6], y[:6], h[:7], y_hat[:6], 6)
    expect_flow(cut, whole, "term_norms(..., 6) once the sequence ends there")
    expect_flow(whole, reference.term_norms(params, x, y, h, y_hat, 6), "term_norms(..., 6)")


@task("2.5", points=2)
def test_far_share_of_random_norms(student, reference, rng):
    """The far share falls from 1 to 0 as the lag grows, and does not depend on the scale of the norms."""
    near, wide = np.exp(rng.uniform(-6, 0, 15)), np.exp(rng.uniform(-30, 0, 15))
    for norms, lag in ((near, 2), (wide, 7), (near, 0), (wide, 1), (wide, 13), (near, 14), (near, 15), (near, 16),
                       (near, 17)):
        want = sum(norms[k - 1] for k in range(1, 16) if k <= 15 - lag) / norms.sum()
        scale = 1 if lag % 2 else 1e-40 if lag else 1e-294
        expect(student.far_share(scale * norms, lag), want, f"far share for lag {lag}", rtol=1e-9, atol=0)
    expect_each_argument_counts(student, reference, "far_share", (norms, 9), "far share for lag 9")
    expect(student.far_share(np.array([1e-250, 3e-120, 1.0, 3.0]), 2), 0.75e-120, "far share for lag 2", rtol=1e-9, atol=0)
    expect_unchanged(student)


@task("2.6", points=2)
def test_early_gradients_of_random_problems(student, reference, rng):
    """The norms are right for other sizes and lengths, whatever the loss of the earlier steps would be."""
    for hidden, inputs, classes, lengths in ((5, 3, 4, (6, 6, 6)), (1, 1, 2, (3,)), (4, 2, 3, (1, 12, 5, 2))):
        params = random_params(rng, hidden, inputs, classes, 0.9)
        sequences = [rng.standard_normal((steps, inputs)) for steps in lengths]
        targets = [int(target) for target in rng.integers(0, classes, len(lengths))]
        got = as_array(student.early_gradients(params, sequences, targets))
        want = reference.early_gradients(params, sequences, targets)
        expect(got, want, "‖dL_T/dh_1‖", rtol=1e-9, atol=0)
    expect_each_argument_counts(student, reference, "early_gradients", (params, sequences[2:], targets[2:]), "‖dL_T/dh_1‖")
    same = [sequences[1], sequences[1], sequences[3]]     # one sequence with two targets, as where nothing tells them apart
    for more in (0, 20000, -20000):                       # and scores that are too large for exp, all of them, or too small
        large = {**params, "W_y": params["W_y"] + more}
        expect(student.early_gradients(large, same, np.array([0, 1, 2])), reference.early_gradients(large, same, [0, 1, 2]),
               "‖dL_T/dh_1‖", rtol=1e-5 if more else 1e-9, atol=0)
    square, x = random_params(rng, 3, 3, 3, 0.9), rng.standard_normal((3, 3))
    expect(student.early_gradients(square, [x], [0]), reference.early_gradients(square, [x], [0]), "‖dL_T/dh_1‖", atol=0)
    near = {"W_x": np.ones((1, 1)), "W_h": np.ones((1, 1)), "b": np.zeros(1), "W_y": np.array([[1.0], [-1.0]])}
    x = np.array([[0.3], [6.0], [-8.0], [0.1]])           # one unit, nearly saturated
    expect(student.early_gradients(near, [x], [0]), reference.early_gradients(near, [x], [0]), "‖dL_T/dh_1‖", rtol=1e-5, atol=0)
    x = np.array([[0.3], [40.0], [0.1]])                  # and one that is wholly: its slope is 0, or less than 1e-30
    expect(student.early_gradients(near, [x], [0]), [0.0], "‖dL_T/dh_1‖ past a unit that is saturated", atol=1e-20)
    signs = [rng.choice([-1, 1], x.shape) for x in sequences]
    for kind, what in ((float, "‖dL_T/dh_1‖"), (int, "for sequences of whole numbers, ‖dL_T/dh_1‖")):
        some = [x.astype(kind) for x in signs]
        expect(student.early_gradients(params, some, targets), reference.early_gradients(params, some, targets), what, rtol=1e-9,
               atol=0)
    expect_others_results_kept(student, rng, "early_gradients")


@task("2.6", points=1)
def test_early_gradients_over_many_steps_in_which_nothing_vanishes(student, rng):
    """After 60 steps the norm is 1.03^60 times what it was, where W_h turns the state, makes it longer, and all slopes are 1."""
    W_y = 5e30 * rng.standard_normal((4, 3))
    params = {"W_y": W_y, "b": np.zeros(3), "W_h": 1.03 * orthogonal(rng, 3), "W_x": np.zeros((3, 2))}
    sequences, targets = [rng.standard_normal((steps, 2)) for steps in (61, 22, 22, 1, 61, 260)], [3, 0, 1, 2, 2, 0]
    want = [1.03 ** (len(x) - 1) * np.linalg.norm(W_y.mean(axis=0) - W_y[target]) for x, target in zip(sequences, targets)]
    got = as_array(student.early_gradients(params, sequences, targets))
    expect(got, np.array(want), "‖dL_T/dh_1‖", rtol=1e-9, atol=0)


@task("2.6", points=1)
def test_early_gradients_that_have_vanished_are_tiny_and_right(student, rng):
    """After 18 steps they are right to nine digits, be they 1e-25, 1e-100 or 1e-150, and not 0."""
    for gain in (0.05, 1e-6):
        params = random_params(rng, 5, 2, 3, gain)
        sequences = [rng.standard_normal((steps, 2)) for steps in (7, 14, 18)]
        want = [early_gradient_by_complex_step(params, x, target) for x, target in zip(sequences, (2, 0, 1))]
        got = as_array(student.early_gradients(params, sequences, [2, 0, 1]))
        expect_flow(got, want, "‖dL_T/dh_1‖", lags=[6, 13, 17])
    one = {"W_x": np.ones((1, 2)), "W_h": np.array([[1e-76]]), "b": np.zeros(1), "W_y": np.array([[1.0], [-1.0]])}
    expect_flow(as_array(student.early_gradients(one, [np.zeros((3, 2))], [1])), [1e-152], "‖dL_T/dh_1‖", lags=[2])


@task("2.6", points=2)
def test_can_tell_apart_treats_both_sets_alike(student, rng):
    """It does not matter which set comes first, in which unit both are measured, or what a few outliers do."""
    for i, (n, m) in enumerate(((1, 2), (3, 7), (6, 4), (5, 5), (7, 1), (2, 2), (4, 8), (8, 3))):
        a, b = np.exp(rng.normal(0, 2, n)), np.exp(rng.normal(1, 2, m))
        small, large = sorted([np.median(a), np.median(b)])
        unit = (1e-25, 1e-280, 1e200)[i % 3]
        for much, want in ((1 - 1e-3, True), (1 + 1e-3, False), (1 - 1e-8, True), (1 + 1e-8, False))[:4 if i < 2 else 2]:
            factor = large / small * much
            for first, second in ((a, b), (unit * b, unit * a)):
                if factor >= 1:
                    expect(student.can_tell_apart(first, second, factor), want, "can_tell_apart(a, b, factor)")
    for a, b, factor, want in (([3, 1, 2], [7, 1], 1.9, True), ([0, 0, 5], [0], 1, False), ([2, 2], [2], 1, False),
                               ([5], [10], 2, False), ([9], [3], 3, False), ([7], [35], 5, False), ([3], [12], 4, False),
                               ([1, 5], [3.75], 1.25, False)):
        expect(student.can_tell_apart(np.array(a), np.array(b), factor), want, "can_tell_apart(a, b, factor)")
    expect_unchanged(student)


@task("2.7", points=3)
def test_plot_decay_of_other_radii(student, canvas):
    """Radii in any order, some without a bound, and norms down to 1e-40 are all drawn."""
    lags = np.arange(31)
    for norms, bound in (
        ({1.3: 1.02**lags, 0.05: 0.05**lags, 0.75: 1.5 * 0.74**lags, 0.9: 0.9**lags * np.cos(lags) ** 2},
         {0.75: 0.98**lags}),
        ({0.6: 0.5 ** lags[:4]}, {}),
    ):
        ax = canvas.axes()
        student.plot_decay(ax, norms, bound)
        expect_unchanged(student)
        expect_decay_lines(canvas.read(ax), norms, bound)


@task("2.7", points=1, exact=True)
def test_plot_decay_labels_of_other_radii(student, canvas):
    """The legend shows each radius, on the line that belongs to it."""
    lags = np.arange(6)
    three = {radius: radius**lags for radius in (1.2, 0.25, 0.7)}
    ten = {radius: radius**lags for radius in (0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.91, 0.96, 1.1, 1.4)}
    for norms, bound in ((three, {radius: (1.5 * radius) ** lags for radius in (1.2, 0.7)}), (ten, {})):
        ax = canvas.axes()
        student.plot_decay(ax, norms, bound)
        expect_decay_labels(canvas.read(ax), norms, bound)


@task("2.7", points=2)
def test_plot_terms_of_the_sentence(student, canvas, rng):
    """All words are shown, also those that occur twice and those that have vanished."""
    for words, spread in ((SENTENCE[6:12], 40), (["End"], 1)):
        norms = 10 ** rng.uniform(-spread, 0, len(words))
        ax = canvas.axes()
        student.plot_terms(ax, norms, words)
        expect_unchanged(student)
        expect_terms(canvas.read(ax), norms)


@task("2.7", points=2)
def test_plot_terms_labels_of_the_sentence(student, canvas, rng):
    """Each word stands at its own bar or point, in full, even where they are twenty; some occur twice."""
    words = [*SENTENCE, "which", "was", "extraordinarily", "well-behaved", "I"]
    norms = 10 ** rng.uniform(-9, 0, len(words))
    ax = canvas.axes()
    student.plot_terms(ax, norms, words)
    expect_words(canvas.read(ax), norms, words)
