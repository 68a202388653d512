"""Hidden tests of stage 1: random problems of many shapes against the model answers, and the corners."""

import numpy as np

from autograder.checks import expect, expect_raises, expect_true, task
from autograder.stages.bptt.public import expect_grad, expect_gradient

SHAPES = ((5, 3, 4, 6), (4, 5, 2, 3))                           # T, D, H, V
CORNERS = ((1, 3, 4, 5), (3, 1, 3, 2), (3, 2, 1, 3), (1, 1, 1, 2), (2, 2, 2, 1))


def problem(rng, T, D, H, V, gain=1.2):
    """Random params, x, y and h_0 of one sequence; a gain below 1 keeps long sequences from being chaotic."""
    params = {
        "W_x": rng.normal(0, 1 / np.sqrt(D), (H, D)),
        "W_h": rng.normal(0, gain / np.sqrt(H), (H, H)),
        "b": rng.normal(0, 0.5, H),
        "W_y": rng.normal(0, 1, (V, H)),
    }
    return params, rng.normal(0, 1, (T, D)), rng.integers(V, size=T), rng.uniform(-0.8, 0.8, H)


def solved(reference, rng, T, D, H, V, gain=1.2):
    """A random problem with its forward pass: params, x, y, h, y_hat."""
    params, x, y, h_0 = problem(rng, T, D, H, V, gain)
    h, _, y_hat = reference.forward(params, x, h_0)
    return params, x, y, h, y_hat


def strided(value):
    """The same numbers in arrays that do not lie in one piece of memory."""
    if isinstance(value, dict):
        return {name: strided(item) for name, item in value.items()}
    wide = np.zeros(tuple(2 * size for size in value.shape), dtype=value.dtype, order="F")
    view = wide[tuple(slice(None, None, 2) for _ in value.shape)]
    view[...] = value
    return view


@task("1.1", points=1)
def test_softmax_of_random_scores(student, reference, rng):
    """softmax of random scores, small and large, of one class and of many."""
    for V, scale in ((6, 1), (1, 3), (5, 1e4), (40, 30)):
        z = scale * rng.standard_normal(V)
        expect(student.softmax(z), reference.softmax(z), "softmax(z)")


@task("1.1", points=1)
def test_cross_entropy_of_random_probabilities(student, rng):
    """cross_entropy looks at the probability of the right class and at no other."""
    for V in (2, 5):
        y_hat_t = rng.dirichlet(np.ones(V))
        for y_t in range(V):
            expect(student.cross_entropy(y_hat_t, y_t), -np.log(y_hat_t[y_t]), "L_t")


@task("1.2", points=2)
def test_forward_of_random_sequences(student, reference, rng):
    """forward of random sequences gives the right states, scores and probabilities."""
    for shape in SHAPES:
        params, x, _, h_0 = problem(rng, *shape)
        expect(student.forward(params, x, h_0), reference.forward(params, x, h_0), ("h", "z", "y_hat"))


@task("1.2", points=1)
def test_forward_of_the_smallest_sizes(student, reference, rng):
    """forward works for T = 1, D = 1, H = 1 and V = 1."""
    for shape in CORNERS:
        params, x, _, h_0 = problem(rng, *shape)
        expect(student.forward(params, x, h_0), reference.forward(params, x, h_0), ("h", "z", "y_hat"))


@task("1.2", points=1)
def test_forward_of_a_long_sequence(student, reference, rng):
    """forward of T = 100 steps is right to the last step."""
    params, x, _, h_0 = problem(rng, 100, 3, 4, 5, gain=0.6)
    expect(student.forward(params, x, h_0), reference.forward(params, x, h_0), ("h", "z", "y_hat"), rtol=1e-7)


@task("1.2", points=1)
def test_forward_of_arrays_that_are_not_contiguous(student, reference, rng):
    """forward does not mind how its arrays lie in memory."""
    params, x, _, h_0 = problem(rng, 6, 3, 4, 5)
    got = student.forward(strided(params), strided(x), strided(h_0))
    expect(got, reference.forward(params, x, h_0), ("h", "z", "y_hat"))


@task("1.3", points=1)
def test_dL_dyhat_of_random_probabilities(student, reference, rng):
    """dL_dyhat is right for random probabilities and for a very small one."""
    for V in (1, 2, 6):
        y_hat_t, y_t = rng.dirichlet(np.ones(V)), int(rng.integers(V))
        expect_gradient(student.dL_dyhat(y_hat_t, y_t), reference.dL_dyhat(y_hat_t, y_t), "dL_dyhat")
    small = np.array([1e-9, 1 - 2e-9, 1e-9])
    expect_gradient(student.dL_dyhat(small, 2), reference.dL_dyhat(small, 2), "dL_dyhat")


@task("1.3", points=2)
def test_dyhat_dz_of_random_probabilities(student, reference, rng):
    """dyhat_dz is the whole Jacobian, for random probabilities of 1 to 6 classes."""
    for V in (1, 2, 3, 6):
        y_hat_t = rng.dirichlet(np.ones(V))
        expect_gradient(student.dyhat_dz(y_hat_t), reference.dyhat_dz(y_hat_t), "dyhat_dz")


@task("1.3", points=1)
def test_dL_dz_is_the_product_of_the_first_two_factors(student, reference, rng):
    """dL_dz equals dL_dyhat @ dyhat_dz."""
    for V in (1, 2, 3, 6):
        y_hat_t, y_t = rng.dirichlet(np.ones(V)), int(rng.integers(V))
        want = reference.dL_dyhat(y_hat_t, y_t) @ reference.dyhat_dz(y_hat_t)
        expect_gradient(student.dL_dz(y_hat_t, y_t), want, "dL_dz")


@task("1.3", points=1)
def test_dz_dh_of_random_weights(student, reference, rng):
    """dz_dh has shape (V, H), also where V = H, V = 1 or H = 1."""
    for shape in ((5, 3), (4, 4), (1, 3), (3, 1)):
        W_y = rng.standard_normal(shape)
        expect_gradient(student.dz_dh(W_y), reference.dz_dh(W_y), "dz_dh")


@task("1.3", points=2)
def test_dh_dh_prev_of_random_states(student, reference, rng):
    """dh_dh_prev is right for random states of 1 to 5 units, saturated ones too."""
    for H in (1, 2, 3, 5):
        h_t, W_h = np.tanh(2 * rng.standard_normal(H)), rng.standard_normal((H, H))
        expect_gradient(student.dh_dh_prev(h_t, W_h), reference.dh_dh_prev(h_t, W_h), "dh_dh_prev")
        expect_gradient(student.dh_dh_prev(strided(h_t), strided(W_h)), reference.dh_dh_prev(h_t, W_h), "dh_dh_prev")
    saturated = np.array([1.0, -1.0, 0.5])
    W_h = rng.standard_normal((3, 3))
    expect_gradient(student.dh_dh_prev(saturated, W_h), reference.dh_dh_prev(saturated, W_h), "dh_dh_prev")


@task("1.3", points=2)
def test_dh_dW_x_of_random_states(student, reference, rng):
    """dh_dW_x is right for random states and inputs, also for H = 1 and D = 1."""
    for H, D in ((3, 2), (2, 2), (4, 1), (1, 3), (1, 1), (5, 5)):
        h_t, x_t = np.tanh(rng.standard_normal(H)), rng.standard_normal(D)
        expect_gradient(student.dh_dW_x(h_t, x_t), reference.dh_dW_x(h_t, x_t), "dh_dW_x")


@task("1.4", points=2)
def test_dh_dh_of_all_pairs_of_steps(student, reference, rng):
    """dh_t/dh_k is right for each 0 <= k <= t <= T of random sequences."""
    for H in (2, 4):
        h, W_h = np.tanh(rng.standard_normal((4, H))), rng.standard_normal((H, H))
        for t in range(1, 4):
            for k in range(t + 1):
                want = reference.dh_dh(h, W_h, t, k)
                expect_gradient(student.dh_dh(h, W_h, t, k), want, f"dh_{t}/dh_{k}")


@task("1.4", points=1)
def test_dh_dh_of_one_unit_and_of_strided_arrays(student, reference, rng):
    """dh_dh works for H = 1 and does not mind how its arrays lie in memory."""
    for H in (1, 3):
        h, W_h = np.tanh(rng.standard_normal((5, H))), rng.standard_normal((H, H))
        for t, k in ((4, 0), (3, 1), (2, 2)):
            want = reference.dh_dh(h, W_h, t, k)
            expect_gradient(student.dh_dh(strided(h), strided(W_h), t, k), want, f"dh_{t}/dh_{k}")


@task("1.4", points=1)
def test_dh_dh_over_many_steps_keeps_its_digits(student, reference, rng):
    """dh_30/dh_0 is tiny, not zero, and right in all its digits."""
    h, W_h = np.tanh(rng.standard_normal((31, 5))), 0.1 * rng.standard_normal((5, 5))
    want = reference.dh_dh(h, W_h, 30, 0)
    scale = np.linalg.norm(want)
    got = student.dh_dh(h, W_h, 30, 0)
    expect(got, want, "dh_30/dh_0", rtol=1e-8, atol=1e-9 * scale)


@task("1.4", points=1)
def test_dh_dh_refuses_every_step_out_of_range(student, rng):
    """dh_dh raises ValueError for a negative step, for t > T and for k > t, and for nothing else."""
    h, W_h = np.tanh(rng.standard_normal((4, 3))), rng.standard_normal((3, 3))
    for t, k in ((2, 3), (0, 1), (3, 4), (4, 0), (4, 4), (5, 2), (2, -1), (-1, -2), (-1, -1)):
        expect_raises(ValueError, student.dh_dh, h, W_h, t, k)
    expect(student.dh_dh(h, W_h, 3, 3), np.eye(3), "dh_3/dh_3")


@task("1.5", points=2)
def test_term_of_all_pairs_of_steps(student, reference, rng):
    """term is right for each 1 <= k <= t <= T of random sequences."""
    for shape in ((3, 3, 2, 5), (2, 2, 4, 2)):
        args = solved(reference, rng, *shape)
        for t in range(1, shape[0] + 1):
            for k in range(1, t + 1):
                expect_gradient(student.term(*args, t, k), reference.term(*args, t, k), f"term(t={t}, k={k})")


@task("1.5", points=2)
def test_dL_dW_x_of_random_sequences(student, reference, rng):
    """dL_t/dW_x is right for each t of random sequences."""
    for shape in ((3, 3, 4, 6), (2, 5, 2, 3)):
        args = solved(reference, rng, *shape)
        for t in range(1, shape[0] + 1):
            expect_gradient(student.dL_dW_x(*args, t), reference.dL_dW_x(*args, t), f"dL_{t}/dW_x")


@task("1.5", points=1)
def test_dLtotal_dW_x_of_random_sequences(student, reference, rng):
    """dL_total/dW_x is right for random sequences."""
    for shape in ((3, 3, 4, 6), (4, 5, 2, 3)):
        args = solved(reference, rng, *shape)
        expect_gradient(student.dLtotal_dW_x(*args), reference.bptt(*args)["W_x"], "dL_total/dW_x")


@task("1.5", points=1)
def test_sums_of_the_smallest_sizes(student, reference, rng):
    """The sums work for T = 1, D = 1, H = 1 and V = 1."""
    for shape in CORNERS:
        args = solved(reference, rng, *shape)
        T = shape[0]
        expect_gradient(student.term(*args, T, 1), reference.term(*args, T, 1), f"term(t={T}, k=1)")
        expect_gradient(student.dL_dW_x(*args, T), reference.dL_dW_x(*args, T), f"dL_{T}/dW_x")
        expect_gradient(student.dLtotal_dW_x(*args), reference.dLtotal_dW_x(*args), "dL_total/dW_x")


@task("1.5", points=1)
def test_sums_of_arrays_that_are_not_contiguous(student, reference, rng):
    """The sums do not mind how their arrays lie in memory."""
    args = solved(reference, rng, 3, 4, 3, 2)
    apart = tuple(strided(value) for value in args)
    expect_gradient(student.term(*apart, 3, 2), reference.term(*args, 3, 2), "term(t=3, k=2)")
    expect_gradient(student.dL_dW_x(*apart, 2), reference.dL_dW_x(*args, 2), "dL_2/dW_x")
    expect_gradient(student.dLtotal_dW_x(*apart), reference.dLtotal_dW_x(*args), "dL_total/dW_x")


def expect_bptt(student, reference, rng, key):
    """One gradient of random sequences."""
    __tracebackhide__ = True
    for shape in SHAPES:
        args = solved(reference, rng, *shape)
        expect_grad(student.bptt(*args), key, reference.bptt(*args)[key])


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


@task("1.6", points=2)
def test_bptt_of_the_smallest_sizes(student, reference, rng):
    """bptt works for T = 1, D = 1, H = 1 and V = 1."""
    for shape in CORNERS:
        args = solved(reference, rng, *shape)
        grads = student.bptt(*args)
        for key, want in reference.bptt(*args).items():
            expect_grad(grads, key, want)


@task("1.6", points=2)
def test_bptt_is_linear_in_T(student, reference, rng):
    """bptt handles T = 3000 steps: one pass back, not a sum over k for every t, which runs out of time."""
    # Inputs that come again and again bring the states round to themselves: no need to follow all of them.
    period, times = 60, 50
    params, x, y, h_0 = problem(rng, period, 3, 8, 4, gain=0.6)
    h, _, y_hat = reference.forward(params, np.tile(x, (3, 1)), h_0)

    def periods(n):
        return (params, np.tile(x, (n, 1)), np.tile(y, n), np.concatenate([h[-1:], np.tile(h[-period:], (n, 1))]),
                np.tile(y_hat[-period:], (n, 1)))

    grads = student.bptt(*periods(times))
    # Each period more adds as much as the one before it, but for h_0, which they do not reach.
    three, four = reference.bptt(*periods(3)), reference.bptt(*periods(4))
    for key in three:
        want = three[key] + (times - 3) * (four[key] - three[key]) * (key != "h_0")
        expect_grad(grads, key, want, rtol=1e-8, atol=1e-9 * np.abs(want).max())


@task("1.6", points=1)
def test_bptt_of_arrays_that_are_not_contiguous(student, reference, rng):
    """bptt does not mind how its arrays lie in memory."""
    args = solved(reference, rng, 6, 3, 4, 5)
    grads = student.bptt(*(strided(value) for value in args))
    for key, want in reference.bptt(*args).items():
        expect_grad(grads, key, want)


@task("1.7", points=1)
def test_numerical_gradient_uses_the_step_it_is_given(student, rng):
    """numerical_gradient moves each entry by eps up and down: for a cube that gives 3 theta^2 + eps^2."""
    theta = rng.standard_normal(2)

    def cube(at):
        return float(np.sum(np.asarray(at) ** 3))

    for eps in (0.5, 0.25):
        got = student.numerical_gradient(cube, theta, eps)
        expect_gradient(got, 3 * theta**2 + eps**2, "numerical_gradient", rtol=1e-9, atol=1e-9)


@task("1.7", points=1)
def test_numerical_gradient_steps_by_1e_5_unless_told(student, rng):
    """numerical_gradient has eps = 1e-5 by default."""
    theta = rng.uniform(-1e-4, 1e-4, 3)

    def wave(at):
        return float(np.sum(np.sin(1e5 * np.asarray(at))))

    want = 1e5 * np.cos(1e5 * theta) * np.sin(1.0)  # the central difference of sin(1e5 theta) with step 1e-5
    expect_gradient(student.numerical_gradient(wave, theta), want, "numerical_gradient", rtol=1e-6, atol=1e-3)


@task("1.7", points=1)
def test_numerical_gradient_of_any_shape(student, reference, rng):
    """numerical_gradient has the shape of theta: one entry, a vector, a matrix, three axes, any memory order."""
    for shape, lies in (((1,), np.array), ((2,), strided), ((2, 3), strided), ((2, 1, 2), np.array)):
        theta = rng.standard_normal(shape)
        weights = rng.standard_normal(shape)

        def f(at, weights=weights):
            return float(np.sum(weights * at) ** 2 + np.sum(np.asarray(at) ** 2))

        want = 2 * np.sum(weights * theta) * weights + 2 * theta
        got = student.numerical_gradient(f, lies(theta))
        expect_gradient(got, want, "numerical_gradient", rtol=1e-6, atol=1e-6)


@task("1.7", points=1)
def test_relative_error_is_relative_and_symmetric(student, rng):
    """relative_error does not change with the scale, nor when a and b change places."""
    for shape, scale in (((4,), 1e-8), ((2, 2, 3), 1e8), ((1, 1), 1e-20)):
        a, b = rng.standard_normal(shape), rng.standard_normal(shape)
        want = np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))
        for first, second in ((a, b), (scale * b, scale * a)):
            expect(student.relative_error(first, second), want, "relative_error")
    expect(student.relative_error(np.zeros((1, 1)), b), 1.0, "relative_error")
    expect(student.relative_error(np.zeros((3, 2)), np.zeros((3, 2))), 0.0, "relative_error")


@task("1.7", points=1)
def test_gradient_check_of_each_name(student, reference, rng):
    """gradient_check checks each name in params, with the eps it is given, and ignores other gradients."""
    params = {"W_x": rng.standard_normal((1, 2)), "b": rng.standard_normal(2), "s": rng.standard_normal(1)}

    def loss(at):
        return float(np.sum(np.tanh(at["W_x"] @ np.ones(2) + at["b"])) * np.sum(at["s"] ** 3))

    grads = {name: rng.standard_normal(value.shape) for name, value in params.items()} | {"h_0": np.ones(2)}
    for eps in (1e-5, 0.5):
        want = reference.gradient_check(loss, params, grads, eps)
        expect(student.gradient_check(loss, params, grads, eps), want, "gradient_check", rtol=1e-6, atol=1e-9)
    right = {name: reference.numerical_gradient(lambda value, name=name: loss({**params, name: value}), theta)
             for name, theta in params.items()}
    errors = student.gradient_check(loss, params, right)
    expect_true(set(errors) == set(params) and max(errors.values()) < 1e-7,
                "gradient_check should be below 1e-7 for gradients that are right")
