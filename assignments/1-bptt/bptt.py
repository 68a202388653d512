"""Stage 1: backpropagation through time, derived and written in NumPy.

Symbols and shapes, the same in every function:

- T steps, D inputs, H hidden units, V classes; time runs from 1, and h_0 is the initial state.
- ``params`` is a dict: "W_x" (H, D), "W_h" (H, H), "b" (H,), "W_y" (V, H).
- ``x`` (T, D) and ``y`` (T,) hold step t in row t - 1: x_t is ``x[t - 1]``.
- ``h`` (T + 1, H) holds the initial state in row 0, so h_t is ``h[t]``; ``z`` and ``y_hat`` are (T, V).
- All sizes are at least 1. Weights, states and probabilities are arrays of floats; x, y, h_0, scores and theta may hold integers.
- dA/dB has the axes of A first, then those of B: dh_t/dh_k is (H, H) with row i for h_t[i].

No function changes its arguments in place.
"""

import numpy as np


def softmax(z):
    """Task 1.1. The softmax of equation (1).

    Parameters
    ----------
    z : ndarray of shape (V,)
        Scores of one step.

    Returns
    -------
    ndarray of the shape of z
        exp(z) divided by its sum.

    NOTE: scores of 10,000 and -10,000 are allowed. What does adding a constant to all scores change?
    """
    raise NotImplementedError("Task 1.1: softmax is yours to write")


def cross_entropy(y_hat_t, y_t):
    """Task 1.1. The loss of one step, L_t in equation (1).

    Parameters
    ----------
    y_hat_t : ndarray of shape (V,)
        Predicted probabilities.
    y_t : int
        The right class. As a vector it is one-hot, so one term of the sum over classes remains.

    Returns
    -------
    float
        L_t, with the natural logarithm of the probability itself: nothing is clipped, and it is Inf for a probability of 0. Those
        of the other classes do not matter, be they 0.
    """
    raise NotImplementedError("Task 1.1: cross_entropy is yours to write")


def forward(params, x, h_0):
    """Task 1.2. The forward pass, equation (1) with a bias: h_t = tanh(W_h h_{t-1} + W_x x_t + b).

    Parameters
    ----------
    params : dict
    x : ndarray of shape (T, D)
    h_0 : ndarray of shape (H,)

    Returns
    -------
    h : ndarray of shape (T + 1, H)
        ``h[t]`` is h_t, so ``h[0]`` is h_0.
    z : ndarray of shape (T, V)
        Row t - 1 is z_t = W_y h_t.
    y_hat : ndarray of shape (T, V)
        Row t - 1 is softmax(z_t).
    """
    raise NotImplementedError("Task 1.2: forward is yours to write")


def dL_dyhat(y_hat_t, y_t):
    """Task 1.3. dL_t/dy_hat_t, the first factor of equation (3).

    Parameters
    ----------
    y_hat_t : ndarray of shape (V,)
    y_t : int
        The right class.

    Returns
    -------
    ndarray of shape (V,)
        0 for every other class, whatever its probability.
    """
    raise NotImplementedError("Task 1.3: dL_dyhat is yours to write")


def dyhat_dz(y_hat_t):
    """Task 1.3. dy_hat_t/dz_t, the Jacobian of the softmax and second factor of equation (3).

    Parameters
    ----------
    y_hat_t : ndarray of shape (V,)
        The softmax of z_t; z_t itself is not needed.

    Returns
    -------
    ndarray of shape (V, V)
        Entry [i, j] is dy_hat_t[i]/dz_t[j].

    NOTE: every probability depends on every score, so there is more than a diagonal.
    """
    raise NotImplementedError("Task 1.3: dyhat_dz is yours to write")


def dL_dz(y_hat_t, y_t):
    """Task 1.3. dL_t/dz_t, the first two factors of equation (3) multiplied out.

    Parameters
    ----------
    y_hat_t : ndarray of shape (V,)
    y_t : int
        The right class.

    Returns
    -------
    ndarray of shape (V,)
        The product ``dL_dyhat @ dyhat_dz``, which simplifies to something short.
    """
    raise NotImplementedError("Task 1.3: dL_dz is yours to write")


def dz_dh(W_y):
    """Task 1.3. dz_t/dh_t, the third factor of equation (3).

    Parameters
    ----------
    W_y : ndarray of shape (V, H)

    Returns
    -------
    ndarray of shape (V, H)
        Entry [i, j] is dz_t[i]/dh_t[j]. It need not be a new array.
    """
    raise NotImplementedError("Task 1.3: dz_dh is yours to write")


def dh_dh_prev(h_t, W_h):
    """Task 1.3. dh_t/dh_{t-1}, the Jacobian of one step.

    Parameters
    ----------
    h_t : ndarray of shape (H,)
        The state after the step: the value of the tanh, not its argument.
    W_h : ndarray of shape (H, H)

    Returns
    -------
    ndarray of shape (H, H)
        Entry [i, j] is dh_t[i]/dh_{t-1}[j].

    NOTE: d tanh(a)/da = 1 - tanh(a)^2. Which unit's slope belongs to which row or column?
    """
    raise NotImplementedError("Task 1.3: dh_dh_prev is yours to write")


def dh_dW_x(h_t, x_t):
    """Task 1.3. dh_t/dW_x with h_{t-1} held fixed, the last factor of equation (3).

    Parameters
    ----------
    h_t : ndarray of shape (H,)
    x_t : ndarray of shape (D,)

    Returns
    -------
    ndarray of shape (H, H, D)
        Entry [i, j, d] is dh_t[i]/dW_x[j, d]. Does unit i read row j of W_x?
    """
    raise NotImplementedError("Task 1.3: dh_dW_x is yours to write")


def dh_dh(h, W_h, t, k):
    """Task 1.4. dh_t/dh_k, the long factor of equation (3): a product of one-step Jacobians.

    Parameters
    ----------
    h : ndarray of shape (T + 1, H)
        All states; ``h[0]`` is the initial one.
    W_h : ndarray of shape (H, H)
    t, k : int
        0 <= k <= t <= T.

    Returns
    -------
    ndarray of shape (H, H)
        A new array: the identity for k = t.

    Raises
    ------
    ValueError
        For k > t, and for a t or k that is not a row of h (a negative one is not).

    NOTE: matrices do not commute. Which Jacobian stands leftmost in the chain rule?
    """
    raise NotImplementedError("Task 1.4: dh_dh is yours to write")


def term(params, x, y, h, y_hat, t, k):
    """Task 1.5. One summand of equation (3): what W_x at step k did to the loss at step t.

    Parameters
    ----------
    params : dict
    x : ndarray of shape (T, D)
    y : ndarray of shape (T,), int
    h : ndarray of shape (T + 1, H)
    y_hat : ndarray of shape (T, V)
    t, k : int
        1 <= k <= t <= T.

    Returns
    -------
    ndarray of shape (H, D)
        dL_t/dy_hat_t · dy_hat_t/dz_t · dz_t/dh_t · dh_t/dh_k · dh_k/dW_x

    NOTE: x_t is ``x[t - 1]`` but h_t is ``h[t]``.
    """
    raise NotImplementedError("Task 1.5: term is yours to write")


def dL_dW_x(params, x, y, h, y_hat, t):
    """Task 1.5. dL_t/dW_x, equation (3): the sum over k = 1, ..., t.

    Parameters
    ----------
    params, x, y, h, y_hat
        As for `term`.
    t : int
        1 <= t <= T.

    Returns
    -------
    ndarray of shape (H, D)
    """
    raise NotImplementedError("Task 1.5: dL_dW_x is yours to write")


def dLtotal_dW_x(params, x, y, h, y_hat):
    """Task 1.5. dL_total/dW_x, equation (4): the sum of equation (3) over t = 1, ..., T.

    Parameters
    ----------
    params, x, y, h, y_hat
        As for `term`.

    Returns
    -------
    ndarray of shape (H, D)
        The gradient of L_total = L_1 + ... + L_T: a sum, not a mean.
    """
    raise NotImplementedError("Task 1.5: dLtotal_dW_x is yours to write")


def bptt(params, x, y, h, y_hat):
    """Task 1.6. Every gradient of L_total = L_1 + ... + L_T in one pass from step T back to step 1.

    Parameters
    ----------
    params : dict
    x : ndarray of shape (T, D)
    y : ndarray of shape (T,), int
    h : ndarray of shape (T + 1, H)
    y_hat : ndarray of shape (T, V)

    Returns
    -------
    dict
        "W_x" (H, D), "W_h" (H, H), "b" (H,), "W_y" (V, H) and "h_0" (H,): dL_total by each.
        Exact at every length: nothing is truncated, and nothing clipped. The time it takes grows in proportion to T, which may be
        1,500 (deeper than Python's recursion goes).

    NOTE: h_t acts on L_t at once, and on all later losses by way of h_{t+1}. Its gradient is the sum of both.
    """
    raise NotImplementedError("Task 1.6: bptt is yours to write")


def numerical_gradient(f, theta, eps=1e-5):
    """Task 1.7. The gradient of f at theta by central differences, one entry at a time.

    Parameters
    ----------
    f : callable
        ``f(theta)`` is a float.
    theta : ndarray of any shape, with an axis and an entry at least
        Integers are moved as floats.
    eps : float
        Each entry is moved by eps up and by eps down.

    Returns
    -------
    ndarray of the shape of theta
    """
    raise NotImplementedError("Task 1.7: numerical_gradient is yours to write")


def relative_error(a, b):
    """Task 1.7. How far apart two arrays are, whatever their scale: ‖a - b‖ / (‖a‖ + ‖b‖).

    Parameters
    ----------
    a, b : ndarray of the same shape

    Returns
    -------
    float
        Between 0 and 1, with Frobenius norms (the root of the sum of the squared entries). 0.0 for two
        arrays of zeros. Entries lie between 1e-120 and 1e120, so that their squares fit into a float.
    """
    raise NotImplementedError("Task 1.7: relative_error is yours to write")


def gradient_check(loss, params, grads, eps=1e-5):
    """Task 1.7. Hold gradients against central differences, one parameter array at a time.

    Parameters
    ----------
    loss : callable
        ``loss(params)`` is a float.
    params : dict of str to ndarray
    grads : dict of str to ndarray
        A gradient for each name in params; it may hold others, which are ignored.
    eps : float

    Returns
    -------
    dict of str to float
        The relative error for each name in params.
    """
    raise NotImplementedError("Task 1.7: gradient_check is yours to write")
