"""W_h, W_x and b side by side in one matrix that acts on (h_{t-1}, x_t, 1)."""

import numpy as np


def softmax(z):
    z = np.asarray(z, dtype=float)
    shifted = z - np.amax(z, axis=-1, keepdims=True)
    return np.exp(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def cross_entropy(y_hat_t, y_t):
    return np.log(1 / y_hat_t[y_t])


def forward(params, x, h_0):
    W = np.hstack([params["W_h"], params["W_x"], params["b"][:, np.newaxis]])
    h = np.empty((x.shape[0] + 1, h_0.size))
    h[0] = h_0
    for t, x_t in enumerate(x, start=1):
        h[t] = np.tanh(W @ np.concatenate([h[t - 1], x_t, [1.0]]))
    z = np.dot(h[1:], params["W_y"].T)
    return h, z, softmax(z)


def dL_dyhat(y_hat_t, y_t):
    return np.eye(y_hat_t.size)[y_t] / -y_hat_t[y_t]


def dyhat_dz(y_hat_t):
    p = y_hat_t[:, np.newaxis]
    return p * np.eye(p.size) - p @ p.T


def dL_dz(y_hat_t, y_t):
    return y_hat_t - np.eye(y_hat_t.size)[y_t]


def dz_dh(W_y):
    return W_y


def dh_dh_prev(h_t, W_h):
    return np.diag(1 - np.square(h_t)) @ W_h


def dh_dW_x(h_t, x_t):
    return np.multiply.outer(np.diag(1 - np.square(h_t)), x_t)


def dh_dh(h, W_h, t, k):
    steps = range(len(h))
    if t not in steps or k not in steps or k > t:
        raise ValueError("no such steps")
    if k == t:
        return np.identity(h.shape[1])
    return dh_dh_prev(h[t], W_h) @ dh_dh(h, W_h, t - 1, k)


def term(params, x, y, h, y_hat, t, k):
    row = dL_dz(y_hat[t - 1], y[t - 1]) @ params["W_y"] @ dh_dh(h, params["W_h"], t, k)
    return np.outer(row * (1 - h[k] ** 2), x[k - 1])


def dL_dW_x(params, x, y, h, y_hat, t):
    total = np.zeros_like(params["W_x"], dtype=float)
    for k in range(1, t + 1):
        total += term(params, x, y, h, y_hat, t, k)
    return total


def dLtotal_dW_x(params, x, y, h, y_hat):
    return np.sum([dL_dW_x(params, x, y, h, y_hat, t) for t in range(1, len(y) + 1)], axis=0)


def bptt(params, x, y, h, y_hat):
    T, D = x.shape
    H = h.shape[1]
    joint = np.hstack([h[:-1], x, np.ones((T, 1))])
    W = np.hstack([params["W_h"], params["W_x"], params["b"][:, np.newaxis]])
    dW = np.zeros_like(W)
    dW_y = np.zeros_like(params["W_y"], dtype=float)
    back = np.zeros(H + D + 1)
    for t in range(T - 1, -1, -1):
        dz = dL_dz(y_hat[t], y[t])
        dW_y += np.outer(dz, h[t + 1])
        delta = (dz @ params["W_y"] + back[:H]) * (1 - h[t + 1] ** 2)
        dW += np.outer(delta, joint[t])
        back = delta @ W
    return {"W_h": dW[:, :H], "W_x": dW[:, H:H + D], "b": dW[:, -1], "W_y": dW_y, "h_0": back[:H]}


def numerical_gradient(f, theta, eps=1e-5):
    out = np.zeros_like(theta, dtype=float)
    it = np.nditer(theta, flags=["multi_index"])
    while not it.finished:
        where = it.multi_index
        plus, minus = theta.astype(float), theta.astype(float)
        plus[where] += eps
        minus[where] -= eps
        out[where] = (f(plus) - f(minus)) / (2 * eps)
        it.iternext()
    return out


def relative_error(a, b):
    top = np.sqrt(((a - b) ** 2).sum())
    bottom = np.sqrt((a**2).sum()) + np.sqrt((b**2).sum())
    return top / bottom if bottom > 0 else 0.0


def gradient_check(loss, params, grads, eps=1e-5):
    result = {}
    for name in sorted(params):
        trial = dict(params)

        def f(theta, name=name, trial=trial):
            trial[name] = theta
            return loss(trial)

        result[name] = float(relative_error(grads[name], numerical_gradient(f, params[name], eps)))
    return result
