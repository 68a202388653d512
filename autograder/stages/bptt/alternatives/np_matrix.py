"""With np.matrix: `*` is the matrix product, as in MATLAB, where I come from."""
import warnings

import numpy as np

warnings.filterwarnings("ignore", category=PendingDeprecationWarning)
M = np.matrix


def col(v):
    return M(v).T


def softmax(z):
    e = np.exp(np.array(z) - max(z))
    return e / sum(e)


def cross_entropy(y_hat_t, y_t):
    with np.errstate(all="ignore"):
        return -np.log(np.float64(y_hat_t[y_t]))


def forward(params, x, h_0):
    Wx, Wh, b, Wy = M(params["W_x"]), M(params["W_h"]), col(params["b"]), M(params["W_y"])
    T = x.shape[0]
    h = M(np.zeros((Wh.shape[0], T + 1)))
    h[:, 0] = col(h_0)
    for t in range(T):
        h[:, t + 1] = np.tanh(Wh * h[:, t] + Wx * col(x[t]) + b)
    z = Wy * h[:, 1:]
    y_hat = np.apply_along_axis(softmax, 0, np.asarray(z))
    return h.T, z.T, y_hat.T


def dL_dyhat(y_hat_t, y_t):
    g = 0 * y_hat_t
    g[y_t] = -1 / y_hat_t[y_t]
    return g


def dyhat_dz(y_hat_t):
    p = col(y_hat_t)
    return np.diagflat(p) - p * p.T


def dL_dz(y_hat_t, y_t):
    e = np.zeros(len(y_hat_t))
    e[y_t] = 1
    return y_hat_t - e


def dz_dh(W_y):
    return M(W_y)


def dh_dh_prev(h_t, W_h):
    return M(np.diag(1 - h_t ** 2)) * M(W_h)


def dh_dW_x(h_t, x_t):
    H = len(h_t)
    J = np.zeros((H, H, len(x_t)))
    J[range(H), range(H), :] = col(1 - h_t ** 2) * M(x_t)
    return J


def dh_dh(h, W_h, t, k):
    T = np.shape(h)[0] - 1
    if not (0 <= k and k <= t and t <= T):
        raise ValueError("k and t must be steps, and k <= t")
    P = M(np.eye(W_h.shape[0]))
    for i in range(k + 1, t + 1):
        P = M(dh_dh_prev(h[i], W_h)) * P
    return P


def term(params, x, y, h, y_hat, t, k):
    g = M(dL_dz(y_hat[t - 1], y[t - 1])) * M(dz_dh(params["W_y"])) * M(dh_dh(h, params["W_h"], t, k))   # 1 x H
    J = dh_dW_x(h[k], x[k - 1])
    H, _, D = J.shape
    return np.asarray(g * M(J.reshape(H, H * D))).reshape(H, D)


def dL_dW_x(params, x, y, h, y_hat, t):
    G = np.zeros_like(params["W_x"])
    for k in range(t, 0, -1):
        G = G + term(params, x, y, h, y_hat, t, k)
    return G


def dLtotal_dW_x(params, x, y, h, y_hat):
    G = np.zeros_like(params["W_x"])
    for t in range(len(x), 0, -1):
        G = G + dL_dW_x(params, x, y, h, y_hat, t)
    return G


def bptt(params, x, y, h, y_hat):
    Wh, Wy = M(params["W_h"]), M(params["W_y"])
    X, Hs = M(x), M(h)
    T = X.shape[0]
    E = M(np.eye(Wy.shape[0]))[np.asarray(y), :]
    dZ = M(y_hat) - E
    dA = M(np.zeros((T, Wh.shape[0])))
    back = M(np.zeros((1, Wh.shape[0])))
    for t in range(T - 1, -1, -1):
        dh = dZ[t] * Wy + back
        dA[t] = np.multiply(dh, 1 - np.power(Hs[t + 1], 2))
        back = dA[t] * Wh
    return {"W_x": dA.T * X, "W_h": dA.T * Hs[:-1], "b": dA.sum(axis=0).A1, "W_y": dZ.T * Hs[1:], "h_0": back.A1}


def numerical_gradient(f, theta, eps=1e-5):
    g = np.zeros(theta.shape)
    for n in range(theta.size):
        step = np.zeros(theta.size)
        step[n] = eps
        step = step.reshape(theta.shape)
        g.flat[n] = (f(theta + step) - f(theta - step)) / eps / 2
    return g


def relative_error(a, b):
    s = np.sqrt(np.sum(np.square(a, dtype=float))) + np.sqrt(np.sum(np.square(b, dtype=float)))
    d = np.sqrt(np.sum(np.square(np.asarray(a) - np.asarray(b), dtype=float)))
    return d / s if s > 0 else s


def gradient_check(loss, params, grads, eps=1e-5):
    names = params.keys()
    numeric = [numerical_gradient(lambda v, n=n: loss(dict(params, **{n: v})), params[n], eps) for n in names]
    return {n: relative_error(np.asarray(grads[n]), g) for n, g in zip(names, numeric)}
