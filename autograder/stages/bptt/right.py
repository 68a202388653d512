"""Stage 1's functions as later stages meet them: the model answers, for all that the mathematics allows.

Any of these takes leading axes (many steps, sequences or networks at once) and real or complex numbers of any kind. On
what stage 1 asks for, they give what the model answers give; `tests/stages/test_right.py` holds the two side by side.
"""

import numpy as np


def softmax(z):
    z = np.asarray(z)
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _place(y_hat_t, y_t):
    y_hat_t = np.asarray(y_hat_t)
    return y_hat_t, np.broadcast_to(np.asarray(y_t), y_hat_t.shape[:-1])[..., None]


def cross_entropy(y_hat_t, y_t):
    y_hat_t, place = _place(y_hat_t, y_t)
    return -np.log(np.take_along_axis(y_hat_t, place, -1)[..., 0])


def _times(matrix, vectors):
    return (matrix @ vectors[..., None])[..., 0]


def forward(params, x, h_0):
    x, h_0 = np.asarray(x), np.asarray(h_0)
    lead = np.broadcast_shapes(x.shape[:-2], h_0.shape[:-1])
    h = [np.broadcast_to(h_0, lead + h_0.shape[-1:])]
    for t in range(x.shape[-2]):
        h.append(np.tanh(_times(params["W_h"], h[-1]) + _times(params["W_x"], x[..., t, :]) + params["b"]))
    h = np.stack([np.asarray(row, np.result_type(h[-1], 0.0)) for row in h], axis=-2)
    z = h[..., 1:, :] @ np.asarray(params["W_y"]).T
    return h, z, softmax(z)


def dL_dyhat(y_hat_t, y_t):
    y_hat_t, place = _place(y_hat_t, y_t)
    grad = np.zeros(y_hat_t.shape, np.result_type(y_hat_t, 0.0))
    np.put_along_axis(grad, place, -1 / np.take_along_axis(y_hat_t, place, -1), -1)
    return grad


def dyhat_dz(y_hat_t):
    y = np.asarray(y_hat_t)
    return np.where(np.eye(y.shape[-1], dtype=bool), y[..., None, :], 0) - y[..., :, None] * y[..., None, :]


def dL_dz(y_hat_t, y_t):
    y_hat_t, place = _place(y_hat_t, y_t)
    grad = np.array(y_hat_t, np.result_type(y_hat_t, 0.0))
    np.put_along_axis(grad, place, np.take_along_axis(grad, place, -1) - 1, -1)
    return grad


def dz_dh(W_y):
    return np.array(W_y)


def dh_dh_prev(h_t, W_h):
    return (1 - np.asarray(h_t) ** 2)[..., None] * W_h


def dh_dW_x(h_t, x_t):
    h_t, x_t = np.asarray(h_t), np.asarray(x_t)
    slope = np.where(np.eye(h_t.shape[-1], dtype=bool), (1 - h_t**2)[..., None, :], 0)
    return slope[..., None] * x_t[..., None, None, :]


def dh_dh(h, W_h, t, k):
    h = np.asarray(h)
    if not 0 <= k <= t < h.shape[-2]:
        raise ValueError(f"0 <= k <= t <= T is needed, not t = {t} and k = {k}")
    product = np.broadcast_to(np.eye(h.shape[-1]), h.shape[:-2] + (h.shape[-1],) * 2)
    for i in range(k + 1, t + 1):
        product = dh_dh_prev(h[..., i, :], W_h) @ product
    return np.array(product)


def term(params, x, y, h, y_hat, t, k):
    x, y, h, y_hat = map(np.asarray, (x, y, h, y_hat))
    row = dL_dz(y_hat[..., t - 1, :], y[..., t - 1])[..., None, :] @ dz_dh(params["W_y"]) @ dh_dh(h, params["W_h"], t, k)
    return (row[..., 0, :] * (1 - h[..., k, :] ** 2))[..., :, None] * x[..., k - 1, :][..., None, :]


def dL_dW_x(params, x, y, h, y_hat, t):
    return sum(term(params, x, y, h, y_hat, t, k) for k in range(1, t + 1))


def dLtotal_dW_x(params, x, y, h, y_hat):
    return sum(dL_dW_x(params, x, y, h, y_hat, t) for t in range(1, np.shape(x)[-2] + 1))


def bptt(params, x, y, h, y_hat):
    x, h = np.asarray(x), np.asarray(h)
    dz = dL_dz(y_hat, y)
    da, carry = [], 0.0
    for t in range(x.shape[-2], 0, -1):
        da.insert(0, (1 - h[..., t, :] ** 2) * (dz[..., t - 1, :] @ params["W_y"] + carry))
        carry = da[0] @ params["W_h"]
    da = np.stack(da, axis=-2) if da else np.zeros(x.shape[:-1] + h.shape[-1:])
    turned = np.swapaxes(da, -1, -2)
    return {"W_x": turned @ x, "W_h": turned @ h[..., :-1, :], "b": da.sum(axis=-2),
            "W_y": np.swapaxes(dz, -1, -2) @ h[..., 1:, :], "h_0": carry + np.zeros(h.shape[:-2] + h.shape[-1:])}


def numerical_gradient(f, theta, eps=1e-5):
    theta = np.asarray(theta)
    grad = []
    for index in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[index] = eps
        grad.append((f(theta + step) - f(theta - step)) / (2 * eps))
    return np.array(grad, dtype=None if grad else float).reshape(theta.shape)


def relative_error(a, b):
    scale = np.linalg.norm(np.ravel(a)) + np.linalg.norm(np.ravel(b))
    return 0.0 if scale == 0 else float(np.linalg.norm(np.ravel(np.subtract(a, b))) / scale)


def gradient_check(loss, params, grads, eps=1e-5):
    errors = {}
    for name, theta in params.items():
        numerical = numerical_gradient(lambda value, name=name: loss({**params, name: value}), theta, eps)
        errors[name] = relative_error(grads[name], numerical)
    return errors
