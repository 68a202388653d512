"""Real-time recurrent learning: the sensitivities of h_t are carried forward, and there is no way back at all."""

import numpy as np


def softmax(z):
    differences = z[..., None, :] - z[..., :, None]       # z_j - z_i, (..., V, V)
    return 1 / np.exp(np.minimum(differences, 700)).sum(axis=-1)


def cross_entropy(y_hat_t, y_t):
    return -np.log(y_hat_t)[y_t]


def forward(params, x, h_0):
    h = np.vstack([h_0, np.zeros((len(x), len(h_0)))])
    for t in range(len(x)):
        h[t + 1] = np.tanh(params["b"] + params["W_x"].dot(x[t]) + params["W_h"].dot(h[t]))
    z = np.array([params["W_y"].dot(h_t) for h_t in h[1:]])
    return h, z, softmax(z)


def dL_dyhat(y_hat_t, y_t):
    mask = np.zeros(y_hat_t.shape)
    mask[y_t] = 1
    return -mask / y_hat_t[y_t]


def dyhat_dz(y_hat_t):
    V = len(y_hat_t)
    out = np.empty((V, V))
    for i in range(V):
        for j in range(V):
            out[i, j] = y_hat_t[i] * (1 - y_hat_t[i]) if i == j else -y_hat_t[i] * y_hat_t[j]
    return out


def dL_dz(y_hat_t, y_t):
    mask = np.zeros(y_hat_t.shape)
    mask[y_t] = 1
    return y_hat_t - mask


def dz_dh(W_y):
    return +W_y


def dh_dh_prev(h_t, W_h):
    return ((1 - h_t) * (1 + h_t))[:, np.newaxis] * W_h


def dh_dW_x(h_t, x_t):
    return np.stack([np.outer(unit, x_t) * (1 - h_i**2) for unit, h_i in zip(np.eye(len(h_t)), h_t)])


def dh_dh(h, W_h, t, k):
    if not (k >= 0 and k <= t and t <= len(h) - 1):
        raise ValueError("out of range")
    product = np.eye(len(W_h))
    for end in range(t, k, -8):                           # multi_dot takes the cube of the number of its factors
        product = np.linalg.multi_dot([product, *(dh_dh_prev(h[i], W_h) for i in range(end, max(k, end - 8), -1))])
    return product


def term(params, x, y, h, y_hat, t, k):
    H, D = params["W_x"].shape
    S = dh_dh(h, params["W_h"], t, k) @ dh_dW_x(h[k], x[k - 1]).reshape(H, H * D)
    return (dL_dz(y_hat[t - 1], y[t - 1]) @ params["W_y"] @ S).reshape(H, D)


def dL_dW_x(params, x, y, h, y_hat, t):
    H, D = params["W_x"].shape
    S = np.zeros((H, H * D))
    for k in range(1, t + 1):
        S = dh_dh_prev(h[k], params["W_h"]) @ S + dh_dW_x(h[k], x[k - 1]).reshape(H, H * D)
    return (dL_dz(y_hat[t - 1], y[t - 1]) @ params["W_y"] @ S).reshape(H, D)


def dLtotal_dW_x(params, x, y, h, y_hat):
    return bptt(params, x, y, h, y_hat)["W_x"]


def bptt(params, x, y, h, y_hat):
    (H, D), T = params["W_x"].shape, len(x)
    rows = np.hstack([h[:-1], x, np.ones((T, 1))])
    n = rows.shape[1]
    S = np.hstack([np.zeros((H, H * n)), np.eye(H)])      # dh_t by the weights, then by h_0
    units = np.arange(H)
    slopes = 1 - h[1:] ** 2
    dz = np.array(y_hat)
    dz[np.arange(T), y] -= 1
    total = np.zeros(S.shape[1])
    dh = dz @ params["W_y"]
    for t in range(T):
        S = (slopes[t][:, None] * params["W_h"]) @ S
        blocks = S[:, :H * n].reshape(H, H, n)
        blocks[units, units] += slopes[t][:, None] * rows[t]
        total += dh[t] @ S
    W = total[:H * n].reshape(H, n)
    return {"W_h": W[:, :H].copy(), "W_x": W[:, H:H + D].copy(), "b": W[:, -1].copy(), "W_y": dz.T @ h[1:],
            "h_0": total[H * n:]}


def numerical_gradient(f, theta, eps=1e-5):
    def slope(*where):
        step = np.zeros(theta.shape)
        step[where] = eps
        return (f(theta + step) - f(theta - step)) / (eps + eps)

    return np.array([slope(*where) for where in np.ndindex(*theta.shape)]).reshape(theta.shape)


def relative_error(a, b):
    if not (np.any(a) or np.any(b)):
        return 0.0
    return np.linalg.norm(np.ravel(a - b)) / (np.linalg.norm(np.ravel(a)) + np.linalg.norm(np.ravel(b)))


def gradient_check(loss, params, grads, eps=1e-5):
    return {name: relative_error(numerical_gradient(lambda v, name=name: loss({**params, name: v}), params[name], eps),
                                 grads[name]) for name in grads if name in params}
