"""A tape of closures, played backwards: a small automatic differentiation of the forward pass, run again."""

import numpy as np


def softmax(z):
    z = z - z.max(axis=-1, keepdims=True)
    e = np.exp(z)
    return np.divide(e, e.sum(axis=-1, keepdims=True))


def cross_entropy(y_hat_t, y_t):
    return np.negative(np.log(y_hat_t[y_t]))


def forward(params, x, h_0):
    h = np.repeat(h_0[None, :].astype(float), len(x) + 1, axis=0)
    for t, drive in enumerate(x @ params["W_x"].T + params["b"]):
        np.tanh(params["W_h"] @ h[t] + drive, out=h[t + 1])
    z = (params["W_y"] @ h[1:].T).T
    return h, z, softmax(z)


def pullback(function, columns):
    """The Jacobian of a function by its complex step, one column for each entry of its argument."""
    n = len(columns)
    return np.stack([function(columns + 1e-200j * np.eye(n)[j]).imag / 1e-200 for j in range(n)], axis=1)


def dL_dyhat(y_hat_t, y_t):
    return pullback(lambda p: np.array([-np.log(p[y_t])]), y_hat_t.astype(complex))[0]


def dyhat_dz(y_hat_t):
    return pullback(lambda z: np.exp(z) / np.exp(z).sum(), np.log(y_hat_t).astype(complex))


def dL_dz(y_hat_t, y_t):
    grad = 1.0 * y_hat_t
    grad[y_t] = grad[y_t] - 1.0
    return grad


def dz_dh(W_y):
    return pullback(lambda h: W_y @ h, np.zeros(W_y.shape[1], dtype=complex))


def dh_dh_prev(h_t, W_h):
    return W_h * (1 - h_t[:, None] ** 2)


def dh_dW_x(h_t, x_t):
    return np.kron(np.diag(1 - h_t**2), x_t).reshape(len(h_t), len(h_t), len(x_t))


def dh_dh(h, W_h, t, k):
    if min(t, k) < 0 or max(t, k) >= len(h) or t < k:
        raise ValueError("t and k must be steps, with k <= t")
    seeds = np.eye(len(W_h))
    for i in range(t, k, -1):
        seeds = (seeds * (1 - h[i] ** 2)) @ W_h
    return seeds


class Tape:
    def __init__(self):
        self.back = []

    def affine(self, grads, name, value, h, dh, da):
        def pull():
            grads[name] += np.outer(da, h)
            dh.__iadd__(value.T @ da)
        self.back.append(pull)

    def play(self):
        for pull in reversed(self.back):
            pull()


def bptt(params, x, y, h, y_hat):
    tape, grads = Tape(), {name: np.zeros(value.shape) for name, value in params.items()}
    state, dstate = h[0].copy(), np.zeros(h.shape[1])
    dh_0 = dstate
    for t in range(len(x)):
        a = params["W_h"] @ state + params["W_x"] @ x[t] + params["b"]
        da = np.zeros(len(a))
        tape.affine(grads, "W_h", params["W_h"], state, dstate, da)
        tape.affine(grads, "W_x", params["W_x"], x[t], np.zeros(x.shape[1]), da)

        def bias(da=da):
            grads["b"] += da
        tape.back.append(bias)

        state, dstate = np.tanh(a), np.zeros(len(a))

        def squash(da=da, state=state, dstate=dstate):
            da += (1 - state**2) * dstate
        tape.back.append(squash)

        dz = np.zeros(len(params["W_y"]))
        tape.affine(grads, "W_y", params["W_y"], state, dstate, dz)

        def loss(dz=dz, z=params["W_y"] @ state, y_t=y[t]):
            dz += softmax(z)
            dz[y_t] -= 1
        tape.back.append(loss)
    tape.play()
    return {**grads, "h_0": dh_0}


def term(params, x, y, h, y_hat, t, k):
    dL_dh = dL_dz(y_hat[t - 1], y[t - 1]) @ params["W_y"]
    dL_dh_k = dh_dh(h, params["W_h"], t, k).T @ dL_dh
    return np.outer((1 - h[k] ** 2) * dL_dh_k, x[k - 1])


def dL_dW_x(params, x, y, h, y_hat, t):
    return np.add.reduce([term(params, x, y, h, y_hat, t, k) for k in range(1, t + 1)])


def dLtotal_dW_x(params, x, y, h, y_hat):
    return np.add.reduce([dL_dW_x(params, x, y, h, y_hat, t) for t in range(1, 1 + len(y))])


def numerical_gradient(f, theta, eps=1e-5):
    grad = np.empty(theta.shape)
    for where in np.argwhere(np.ones(theta.shape)):
        where = tuple(where)
        probe = np.array(theta, dtype=float)
        probe[where] = theta[where] + eps
        grad[where] = f(probe)
        probe[where] = theta[where] - eps
        grad[where] -= f(probe)
    return grad / (2 * eps)


def relative_error(a, b):
    with np.errstate(invalid="ignore"):
        error = np.linalg.norm(a - b) / np.float64(np.linalg.norm(a) + np.linalg.norm(b))
    return np.nan_to_num(error)


def gradient_check(loss, params, grads, eps=1e-5):
    names = tuple(params)
    numerical = [numerical_gradient(lambda v, n=n: loss(dict(params, **{n: v})), params[n], eps) for n in names]
    return dict(zip(names, (relative_error(grads[n], g) for n, g in zip(names, numerical))))
