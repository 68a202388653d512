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
    ### BEGIN SOLUTION
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))  # largest entry 1: no overflow
    return e / np.sum(e, axis=-1, keepdims=True)
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    return -np.log(y_hat_t[y_t])
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    h = np.zeros((len(x) + 1, len(h_0)))                  # (T + 1, H)
    h[0] = h_0
    for t in range(1, len(x) + 1):
        h[t] = np.tanh(params["W_h"] @ h[t - 1] + params["W_x"] @ x[t - 1] + params["b"])
    z = h[1:] @ params["W_y"].T                           # (T, V)
    return h, z, softmax(z)
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    grad = np.zeros(len(y_hat_t))                         # (V,)
    grad[y_t] = -1 / y_hat_t[y_t]
    return grad
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    return np.diag(y_hat_t) - np.outer(y_hat_t, y_hat_t)  # (V, V)
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    grad = np.array(y_hat_t, dtype=float)                 # (V,), a copy
    grad[y_t] -= 1
    return grad
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    return np.array(W_y)                                  # (V, H)
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    return (1 - h_t**2)[:, None] * W_h                    # diag(1 - h_t^2) W_h, (H, H)
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    slope = np.diag(1 - h_t**2)                           # (H, H)
    return slope[:, :, None] * x_t                        # (H, H, D)
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    if not 0 <= k <= t < len(h):
        raise ValueError(f"0 <= k <= t <= T is needed, not t = {t} and k = {k}")
    product = np.eye(len(W_h))                            # (H, H)
    for i in range(k + 1, t + 1):
        product = dh_dh_prev(h[i], W_h) @ product
    return product
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    dL_dh_t = dL_dyhat(y_hat[t - 1], y[t - 1]) @ dyhat_dz(y_hat[t - 1]) @ dz_dh(params["W_y"])  # (H,)
    dL_dh_k = dL_dh_t @ dh_dh(h, params["W_h"], t, k)                                           # (H,)
    return np.tensordot(dL_dh_k, dh_dW_x(h[k], x[k - 1]), axes=1)                               # (H, D)
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    return sum(term(params, x, y, h, y_hat, t, k) for k in range(1, t + 1))
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    return sum(dL_dW_x(params, x, y, h, y_hat, t) for t in range(1, len(x) + 1))
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    T, H = len(x), len(params["b"])
    dz = np.array(y_hat, dtype=float)                     # (T, V), becomes dL_t/dz_t
    dz[np.arange(T), y] -= 1
    da = np.zeros((T, H))                                 # dL_total/da_t, where h_t = tanh(a_t)
    carry = np.zeros(H)                                   # d(L_{t+1} + ... + L_T)/dh_t
    for t in range(T, 0, -1):
        dh = params["W_y"].T @ dz[t - 1] + carry          # (H,), dL_total/dh_t
        da[t - 1] = (1 - h[t] ** 2) * dh
        carry = params["W_h"].T @ da[t - 1]
    return {"W_x": da.T @ x, "W_h": da.T @ h[:-1], "b": da.sum(axis=0), "W_y": dz.T @ h[1:], "h_0": carry}
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    grad = np.zeros(theta.shape)
    for index in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[index] = eps
        grad[index] = (f(theta + step) - f(theta - step)) / (2 * eps)
    return grad
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    scale = np.linalg.norm(a) + np.linalg.norm(b)
    return 0.0 if scale == 0 else float(np.linalg.norm(a - b) / scale)
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    errors = {}
    for name, theta in params.items():
        numerical = numerical_gradient(lambda value, name=name: loss({**params, name: value}), theta, eps)
        errors[name] = relative_error(grads[name], numerical)
    return errors
    ### END SOLUTION
