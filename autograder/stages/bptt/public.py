"""Public tests of stage 1: cases worked by hand.

The example has round numbers because tanh(ln 2) = 3/5, tanh(ln 3) = 4/5 and exp(ln 2) = 2. Its gradients were
computed once by automatic differentiation in PyTorch, which knows nothing of the derivation in the notebook.
"""

import math
from collections.abc import Mapping

import numpy as np

from autograder.checks import Mismatch, expect, expect_raises, expect_true, expect_unchanged, task

LN2, LN3 = math.log(2), math.log(3)

# T = 3 steps, D = 4 inputs, H = 2 hidden units, V = 5 classes: four sizes, so that none is taken for another
PARAMS = {
    "W_x": np.array([[1.0, 0.0, 1.0, 2.0], [0.0, 1.0, -1.0, -1.0]]),
    "W_h": np.array([[0.5, -0.25], [1.0, 0.5]]),
    "b": np.array([0.1, -0.2]),
    "W_y": 5 * LN2 * np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [-1.0, 0.0], [0.0, -1.0]]),
}
H_0 = np.array([0.5, -0.5])
X = np.array([
    [LN2 - 1.475, 0.7 - LN3, 0.5, 0.25],
    [LN3 + 0.9, LN2 - 1.25, -1.0, -0.25],
    [-LN2 - 4.35, LN3 + 2.1, 2.0, 1.0],
])
Y = np.array([3, 0, 2])
H = np.array([[0.5, -0.5], [0.6, -0.8], [0.8, 0.6], [-0.6, 0.8]])
Z = LN2 * np.array([[3.0, -4.0, 0.0, -3.0, 4.0], [4.0, 3.0, 0.0, -4.0, -3.0], [-3.0, 4.0, 0.0, 3.0, -4.0]])
Y_HAT = np.array([[128, 1, 16, 2, 256], [256, 128, 16, 1, 2], [2, 256, 16, 128, 1]]) / 403

TERMS = {
    (1, 1): [[-2.27641307750815, -1.16058445300409, 1.45578107599488, 0.72789053799744],
             [0.61724574821375, 0.31469060959882, -0.39473269959927, -0.19736634979964]],
    (2, 1): [[-0.23237486991577, -0.11847175890779, 0.14860525161384, 0.07430262580692],
             [-0.12983945856543, -0.06619609528973, 0.08303318433924, 0.04151659216962]],
    (2, 2): [[-0.91576320294447, 0.25514969781303, 0.45819952580935, 0.11454988145234],
             [1.38601998283488, -0.38617251560892, -0.69349117419794, -0.17337279354948]],
    (3, 1): [[-0.2218095591636, -0.11308524293612, 0.1418486661738, 0.0709243330869],
             [-0.03995395419614, -0.02036973804721, 0.02555081544936, 0.01277540772468]],
    (3, 2): [[0.31853709248366, -0.08875071921226, -0.15937913235585, -0.03984478308896],
             [0.72667047671486, -0.20246473318353, -0.36358751561521, -0.0908968789038]],
    (3, 3): [[3.49737805989955, -2.21820939187241, -1.38698234839588, -0.69349117419794],
             [-3.98139020211779, 2.52519372735475, 1.5789307983971, 0.78946539919855]],
}
GRADS = {
    "W_x": [[0.16955444285122, -3.44395186811963, 0.65807303884015, 0.2543314210567],
            [-1.42124740711587, 2.16468125482418, 0.23570340877327, 0.38212137683992]],
    "W_h": [[1.01214981835207, -1.92327338353849],
            [0.97967083343604, -0.0858350125207]],
    "b": [2.50015841991361, 1.27424668939033],
    "W_y": [[-0.10421836228288, -0.46898263027295],
            [-0.12555831265509, 0.69677419354839],
            [0.6317617866005, -0.77617866004963],
            [-0.78560794044665, 1.05161290322581],
            [0.38362282878412, -0.50322580645161]],
    "h_0": [1.17393759416116, -1.15926619670195],
}
PRINTED = 1e-12  # the numbers above are rounded in the 14th decimal place


def expect_gradient(got, want, name, rtol=1e-9, atol=PRINTED):
    """`expect` for numbers that are printed above."""
    __tracebackhide__ = True
    expect(got, np.asarray(want), name, rtol, atol)


def expect_grad(grads, key, want, **tolerance):
    """One gradient of the dict that bptt returns."""
    __tracebackhide__ = True
    if not isinstance(grads, Mapping):
        expect(grads, {key: np.asarray(want)}, "grads")
    if key not in grads:
        raise Mismatch("grads", f"lacks the key {key!r}", "shape", got=", ".join(map(repr, grads)) or "an empty dict")
    expect_gradient(grads[key], want, f"grads[{key!r}]", **tolerance)


@task("1.1", points=1)
def test_softmax_and_cross_entropy_by_hand(student):
    """softmax gives exp(z) divided by its sum; cross_entropy gives minus the natural log of the right class."""
    expect(student.softmax(np.zeros(4)), np.full(4, 0.25), "softmax(z)")
    expect(student.softmax(np.log([1.0, 2.0, 5.0])), np.array([1, 2, 5]) / 8, "softmax(z)")
    y_hat_t = np.array([0.5, 0.25, 0.25])
    expect(student.cross_entropy(y_hat_t, 2), 2 * LN2, "L_t")
    expect(student.cross_entropy(y_hat_t, 0), LN2, "L_t")
    expect_unchanged(student)


@task("1.1", points=1)
def test_softmax_takes_large_scores(student):
    """softmax is right for scores of 10,000 and -10,000."""
    expect(student.softmax(np.array([1e4, 0.0, -1e4])), np.array([1.0, 0.0, 0.0]), "softmax(z)")
    expect(student.softmax(np.array([1e4, 1e4])), np.array([0.5, 0.5]), "softmax(z)")
    expect(student.softmax(np.array([-1e4, -1e4, -1e4])), np.full(3, 1 / 3), "softmax(z)")


@task("1.1", points=0.5)
def test_softmax_depends_on_differences_only(student):
    """softmax gives the same probabilities when a constant is added to all scores."""
    z = np.log([1.0, 2.0, 5.0])
    for constant in (-9000.0, -800.0, -300.0, 0.5, 720.0, 9000.0):
        expect(student.softmax(z + constant), np.array([1, 2, 5]) / 8, "softmax(z)", rtol=1e-9)


@task("1.1", points=0.5)
def test_cross_entropy_of_a_class_held_for_impossible(student):
    """cross_entropy is minus the logarithm of the probability itself, however small: 69.08 for 1e-30, Inf for 0."""
    expect(student.cross_entropy(np.array([0.25, 1e-30, 0.75]), 1), 30 * math.log(10), "L_t")
    expect(student.cross_entropy(np.array([0.0, 0.5, 0.5]), 0), math.inf, "L_t")
    expect(student.cross_entropy(np.array([0.0, 0.5, 0.5]), 2), LN2, "L_t")


@task("1.2", points=1)
def test_forward_of_one_step(student):
    """forward of T = 1 puts h_0 into h[0] and tanh(W_h h_0 + W_x x_1 + b) into h[1]."""
    got = student.forward(PARAMS, X[:1], H_0)
    expect(got, (H[:2], Z[:1], Y_HAT[:1]), ("h", "z", "y_hat"))
    expect_unchanged(student)


@task("1.2", points=2)
def test_forward_of_the_example(student):
    """forward of T = 3 steps gives the states, scores and probabilities worked by hand."""
    expect(student.forward(PARAMS, X, H_0), (H, Z, Y_HAT), ("h", "z", "y_hat"))


@task("1.3", points=1)
def test_dL_dyhat_by_hand(student):
    """dL_dyhat is the derivative of -log y_hat_t[y_t]: one entry is not zero."""
    expect_gradient(student.dL_dyhat(np.array([0.37, 0.41, 0.22]), 1), [0, -1 / 0.41, 0], "dL_dyhat")
    expect_gradient(student.dL_dyhat(np.array([0.2, 0.8]), 0), [-5, 0], "dL_dyhat")
    expect_gradient(student.dL_dyhat(np.array([0.5, 0.0, 0.5, 0.0]), 2), [0, 0, -2, 0], "dL_dyhat")
    expect_unchanged(student)


@task("1.3", points=1)
def test_dyhat_dz_by_hand(student):
    """dyhat_dz has y_hat_i (1 - y_hat_i) on the diagonal, and the effect of the other scores beside it."""
    want = np.array([[4, -2, -2], [-2, 3, -1], [-2, -1, 3]]) / 16
    got = student.dyhat_dz(np.array([0.5, 0.25, 0.25]))
    expect_gradient(got, want, "dyhat_dz")
    expect_true(np.allclose(np.sum(got, axis=0), 0), "dyhat_dz: probabilities add up to 1, so columns add up to 0")


@task("1.3", points=1)
def test_dL_dz_by_hand(student):
    """dL_dz is the two factors multiplied out."""
    expect_gradient(student.dL_dz(np.array([0.5, 0.25, 0.25]), 1), [0.5, -0.75, 0.25], "dL_dz")
    expect_gradient(student.dL_dz(np.array([0.2, 0.8]), 1), [0.2, -0.2], "dL_dz")
    expect_unchanged(student)


@task("1.3", points=1)
def test_dz_dh_has_a_row_for_each_class(student):
    """dz_dh[i, j] is the derivative of z_t[i] by h_t[j]."""
    W_y = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    expect_gradient(student.dz_dh(W_y), W_y, "dz_dh")
    expect_gradient(student.dz_dh(W_y[:2] @ np.eye(2, 4)), [[1, 2, 0, 0], [3, 4, 0, 0]], "dz_dh")


@task("1.3", points=1)
def test_dh_dh_prev_by_hand(student):
    """dh_dh_prev[i, j] is the slope of the tanh of unit i times the weight from unit j to unit i."""
    W_h = np.array([[1.0, 2.0], [3.0, 4.0]])
    expect_gradient(student.dh_dh_prev(np.array([0.6, -0.8]), W_h), [[0.64, 1.28], [1.08, 1.44]], "dh_dh_prev")
    expect_gradient(student.dh_dh_prev(np.array([0.0, 0.5]), W_h), [[1, 2], [2.25, 3]], "dh_dh_prev")


@task("1.3", points=1)
def test_dh_dW_x_by_hand(student):
    """dh_dW_x[i, j, d]: unit i reads row i of W_x and no other."""
    got = student.dh_dW_x(np.array([0.6, -0.8]), np.array([1.0, 2.0, -5.0]))
    want = [[[0.64, 1.28, -3.2], [0, 0, 0]], [[0, 0, 0], [0.36, 0.72, -1.8]]]
    expect_gradient(got, want, "dh_dW_x")
    word = np.array([0, 1, 0])                             # the second of three words, as an array of integers
    want = [[[0, 0.64, 0], [0] * 3], [[0] * 3, [0, 0.36, 0]]]
    expect_gradient(student.dh_dW_x(np.array([0.6, -0.8]), word), want, "for an x_t of whole numbers, dh_dW_x")


# For task 1.4: the states of three steps, and dh_2/dh_0 = dh_2/dh_1 · dh_1/dh_0 worked by hand.
STATES = np.array([[0.3, 0.4], [0.6, 0.0], [0.0, -0.8], [0.5, 0.1]])
W_TWO = np.array([[1.0, 2.0], [3.0, 4.0]])


@task("1.4", points=1)
def test_dh_dh_of_no_step_is_the_identity(student):
    """dh_t/dh_t is the identity matrix, a new one in each call."""
    for t in (0, 2, 3):
        expect_gradient(student.dh_dh(STATES, W_TWO, t, t), np.eye(2), f"dh_{t}/dh_{t}")
    expect_gradient(student.dh_dh(np.zeros((2, 3)), np.ones((3, 3)), 1, 1), np.eye(3), "dh_1/dh_1 of three units")
    one_step = student.dh_dh(STATES, W_TWO, 2, 1)
    expect_true(not np.array_equal(one_step, np.eye(2)), "is the identity matrix, which is right for k = t alone", "dh_2/dh_1")
    expect_unchanged(student, new=True)


@task("1.4", points=1)
def test_dh_dh_of_one_and_two_steps_by_hand(student):
    """dh_t/dh_k multiplies the Jacobians of the steps k + 1, ..., t in the order of the chain rule."""
    expect_gradient(student.dh_dh(STATES, W_TWO, 1, 0), [[0.64, 1.28], [3, 4]], "dh_1/dh_0")
    expect_gradient(student.dh_dh(STATES, W_TWO, 2, 1), [[1, 2], [1.08, 1.44]], "dh_2/dh_1")
    expect_gradient(student.dh_dh(STATES, W_TWO, 2, 0), [[6.64, 9.28], [5.0112, 7.1424]], "dh_2/dh_0")


@task("1.4", points=1)
def test_dh_dh_refuses_steps_that_are_not_there(student):
    """dh_dh raises ValueError for k > t and for steps outside 0, ..., T."""
    expect_raises(ValueError, student.dh_dh, STATES, W_TWO, 1, 2)
    expect_raises(ValueError, student.dh_dh, STATES, W_TWO, 4, 1)
    student.dh_dh(STATES, W_TWO, 2, 1)  # and not for these


@task("1.5", points=1)
def test_term_of_one_step_is_the_whole_gradient(student):
    """With T = 1 there is one summand, and (3) and (4) are both equal to it."""
    one = (PARAMS, X[:1], Y[:1], H[:2], Y_HAT[:1])
    expect_gradient(student.term(*one, 1, 1), TERMS[1, 1], "term(t=1, k=1)")
    expect_gradient(student.dL_dW_x(*one, 1), TERMS[1, 1], "dL_1/dW_x")
    expect_gradient(student.dLtotal_dW_x(*one), TERMS[1, 1], "dL_total/dW_x")
    expect_unchanged(student)


@task("1.5", points=2)
def test_terms_of_the_example(student):
    """term(t, k) is the part of dL_t/dW_x that goes by way of x_k, for each k <= t of the example."""
    for (t, k), want in TERMS.items():
        expect_gradient(student.term(PARAMS, X, Y, H, Y_HAT, t, k), want, f"term(t={t}, k={k})")


@task("1.5", points=1)
def test_dL_dW_x_sums_over_all_steps_up_to_t(student):
    """dL_t/dW_x is the sum of its summands for k = 1, ..., t."""
    for t in (1, 2, 3):
        want = sum(np.array(TERMS[t, k]) for k in range(1, t + 1))
        expect_gradient(student.dL_dW_x(PARAMS, X, Y, H, Y_HAT, t), want, f"dL_{t}/dW_x")


@task("1.5", points=1)
def test_dLtotal_dW_x_sums_over_all_losses(student):
    """dL_total/dW_x is the sum of dL_t/dW_x over t = 1, ..., T."""
    expect_gradient(student.dLtotal_dW_x(PARAMS, X, Y, H, Y_HAT), GRADS["W_x"], "dL_total/dW_x")


@task("1.6", points=1)
def test_bptt_of_one_step(student):
    """bptt of T = 1, one hidden unit and two classes gives the gradients worked by hand."""
    params = {"W_x": np.array([[0.5]]), "W_h": np.array([[2.0]]), "b": np.array([LN2 - 1.0]),
              "W_y": np.array([[0.0], [LN3 / 0.6]])}
    h_0, x_1 = 0.25, 1.0                        # a_1 = 2 · 0.25 + 0.5 · 1 + ln 2 - 1 = ln 2, so h_1 = 0.6
    h = np.array([[h_0], [0.6]])
    y_hat = np.array([[0.25, 0.75]])            # z_1 = (0, ln 3)
    da = 0.64 * 0.75 * LN3 / 0.6                # y_1 = 0: dz = (-0.75, 0.75), dh = 0.75 · ln 3 / 0.6, da = 0.64 dh
    grads = student.bptt(params, np.array([[x_1]]), np.array([0]), h, y_hat)
    expect_grad(grads, "W_y", [[-0.45], [0.45]])
    expect_grad(grads, "W_x", [[da * x_1]])
    expect_grad(grads, "W_h", [[da * h_0]])
    expect_grad(grads, "b", [da])
    expect_grad(grads, "h_0", [da * 2.0])
    expect_true(set(grads) == {*params, "h_0"}, "bptt returns the names of params and h_0, and no other")


@task("1.6", points=2)
def test_bptt_of_the_example_at_the_output(student):
    """bptt gives the gradient of W_y of the example, summed over its three steps."""
    grads = student.bptt(PARAMS, X, Y, H, Y_HAT)
    expect_grad(grads, "W_y", GRADS["W_y"])
    expect_true(np.allclose(np.sum(grads["W_y"], axis=0), 0),
                "grads['W_y']: y_hat_t and the one-hot y_t both add up to 1, so each column adds up to 0")
    expect_unchanged(student)


@task("1.6", points=2)
def test_bptt_of_the_example_through_time(student):
    """bptt gives the gradients of W_x, W_h, b and h_0 of the example, which go back through all steps."""
    grads = student.bptt(PARAMS, X, Y, H, Y_HAT)
    for key in ("W_x", "W_h", "b", "h_0"):
        expect_grad(grads, key, GRADS[key])


@task("1.6", points=3)
def test_bptt_carries_an_error_back_whole(student):
    """bptt is exact over T = 60 steps in which nothing vanishes: nothing is cut off, and nothing clipped."""
    # All states are 0, where the slope of the tanh is 1, and W_h hands each unit's value to the next one: an error at
    # step t arrives whole at every step before, one unit further back each time.
    T, V = 60, 4
    W_y = np.array([[8.0, 0.0, -4.0], [0.0, 16.0, 4.0], [-8.0, 4.0, 12.0], [4.0, -8.0, 0.0]])
    params = {"W_x": np.zeros((3, 2)), "W_h": np.roll(np.eye(3), 1, axis=0), "b": np.zeros(3), "W_y": W_y}
    x, y = np.tile([[1.0, -2.0], [0.5, 4.0], [3.0, 0.0]], (20, 1)), np.tile([0, 0, 2, 3, 1], 12)
    carry, b, W_x = np.zeros(3), np.zeros(3), np.zeros((3, 2))
    for t in range(T, 0, -1):
        carry = carry + W_y.mean(axis=0) - W_y[y[t - 1]]          # every class has the probability 1/4
        b, W_x = b + carry, W_x + np.outer(carry, x[t - 1])
        carry = np.roll(carry, -1)
    grads = student.bptt(params, x, y, np.zeros((T + 1, 3)), np.full((T, V), 0.25))
    for key, want in (("h_0", carry), ("b", b), ("W_x", W_x)):
        expect_grad(grads, key, want)


@task("1.7", points=2)
def test_numerical_gradient_of_a_square(student):
    """numerical_gradient is exact for a quadratic function, even with a step of 0.1, and for an array of integers."""
    weights = np.array([[1.0, -2.0], [0.5, 4.0]])

    def square(theta):
        return float(np.sum(weights * theta**2))

    theta = np.array([[1.0, -2.0], [3.0, 0.0]])
    for at, what in ((theta, "numerical_gradient"), (theta.astype(int), "for a theta of whole numbers, numerical_gradient")):
        got = student.numerical_gradient(square, at, 0.1)
        expect_gradient(got, 2 * weights * theta, what, rtol=1e-9, atol=1e-9)
    expect_unchanged(student)


@task("1.7", points=1)
def test_relative_error_by_hand(student):
    """relative_error divides the norm of the difference by the sum of the norms; two zero arrays give 0."""
    expect(student.relative_error(np.array([3.0, 4.0]), np.array([0.0, 0.0])), 1.0, "relative_error")
    a = np.array([[3.0, 0.0, 0.0], [0.0, 4.0, 0.0]])
    expect(student.relative_error(a, a * [1.0, -1.0, 1.0]), 0.8, "relative_error")
    expect(student.relative_error(np.zeros((3, 2)), np.zeros((3, 2))), 0.0, "relative_error")


@task("1.7", points=2)
def test_gradient_check_tells_right_from_wrong(student):
    """gradient_check gives a tiny error for a right gradient and 1/3 for one that is twice too large."""
    params = {"W": np.array([[1.0, 2.0], [3.0, -1.0]]), "b": np.array([0.5, -2.0])}

    def loss(at):
        return float(np.sum(at["W"] ** 2 * at["b"]))

    right = {"W": 2 * params["W"] * params["b"], "b": np.sum(params["W"] ** 2, axis=0)}
    errors = student.gradient_check(loss, params, {"W": right["W"], "b": 2 * right["b"]})
    expect(errors, {"W": 0.0, "b": 1 / 3}, "gradient_check", rtol=1e-7, atol=1e-7)
    expect_unchanged(student)
