"""Everything takes one step or a whole batch of steps: functions work on the last axis."""
import numpy as np


def softmax(z, axis=-1):
    z = np.asarray(z, dtype=float)
    z = z - z.max(axis=axis, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=axis, keepdims=True)


def cross_entropy(y_hat_t, y_t, axis=-1):
    """Also for y_hat (T, V) and y (T,): then one loss per step."""
    p = np.take_along_axis(np.asarray(y_hat_t), np.expand_dims(np.asarray(y_t), axis), axis)
    with np.errstate(divide="ignore"):
        loss = -np.log(np.squeeze(p, axis))
    return loss if loss.ndim else float(loss)


def forward(params, x, h_0):
    rows = [np.asarray(h_0, dtype=float)]
    for drive in x @ params["W_x"].T + params["b"]:
        rows.append(np.tanh(params["W_h"] @ rows[-1] + drive))
    h = np.stack(rows)
    z = h[1:] @ params["W_y"].T
    return h, z, softmax(z, axis=1)


def _one_hot(y, classes):
    return (np.asarray(y)[..., None] == np.arange(classes)).astype(float)


def dL_dyhat(y_hat_t, y_t):
    hot = _one_hot(y_t, y_hat_t.shape[-1])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(hot == 1, -1 / y_hat_t, 0.0)


def dyhat_dz(y_hat_t):
    V = y_hat_t.shape[-1]
    return y_hat_t[..., :, None] * (np.eye(V) - y_hat_t[..., None, :])


def dL_dz(y_hat_t, y_t):
    return y_hat_t - _one_hot(y_t, y_hat_t.shape[-1])


def dz_dh(W_y):
    return W_y.copy()


def dh_dh_prev(h_t, W_h):
    """(..., H) states give (..., H, H) Jacobians."""
    return (1.0 - np.square(h_t))[..., :, None] * W_h


def dh_dW_x(h_t, x_t):
    slope = 1.0 - np.square(h_t)
    diagonal = slope[..., :, None] * np.eye(slope.shape[-1])
    return diagonal[..., None] * np.asarray(x_t)[..., None, None, :]


def dh_dh(h, W_h, t, k):
    T = len(h) - 1
    for name, step in (("t", t), ("k", k)):
        if step < 0 or step > T:
            raise ValueError(f"{name} = {step} is not a row of h")
    if k > t:
        raise ValueError("a later state does not act on an earlier one")
    jacobians = dh_dh_prev(h[k + 1:t + 1], W_h)
    product = np.eye(h.shape[1])
    for J in jacobians:
        product = J @ product
    return product


def term(params, x, y, h, y_hat, t, k):
    row = dL_dz(y_hat[t - 1], y[t - 1]) @ dz_dh(params["W_y"]) @ dh_dh(h, params["W_h"], t, k)
    return np.tensordot(row, dh_dW_x(h[k], x[k - 1]), axes=1)


def dL_dW_x(params, x, y, h, y_hat, t):
    return np.sum([term(params, x, y, h, y_hat, t, k) for k in range(1, t + 1)], axis=0)


def dLtotal_dW_x(params, x, y, h, y_hat):
    return np.sum([dL_dW_x(params, x, y, h, y_hat, t) for t in range(1, x.shape[0] + 1)], axis=0)


def bptt(params, x, y, h, y_hat):
    dz = dL_dz(y_hat, y)                       # all steps at once
    direct = dz @ params["W_y"]
    jacobians = dh_dh_prev(h[1:], params["W_h"])
    delta = np.zeros((len(x) + 1, h.shape[1]))
    delta[1:] = direct
    for t in range(len(x), 0, -1):
        delta[t - 1] += delta[t] @ jacobians[t - 1]
    da = delta[1:] * (1 - h[1:] ** 2)
    return dict(W_x=da.T @ x, W_h=da.T @ h[:-1], b=da.sum(0), W_y=dz.T @ h[1:], h_0=delta[0])


def numerical_gradient(f, theta, eps=1e-5):
    base = np.asarray(theta, dtype=np.float64)
    steps = eps * np.eye(base.size).reshape((base.size, *base.shape))
    up = np.array([f(base + s) for s in steps])
    down = np.array([f(base - s) for s in steps])
    return ((up - down) / (2 * eps)).reshape(base.shape)


def relative_error(a, b, axis=None):
    a, b = np.asarray(a, float), np.asarray(b, float)

    def norm(m):
        return np.sqrt(np.sum(m * m, axis=axis))

    top, bottom = norm(a - b), norm(a) + norm(b)
    result = np.divide(top, bottom, out=np.zeros_like(np.asarray(top)), where=bottom != 0)
    return float(result) if np.ndim(result) == 0 else result


def gradient_check(loss, params, grads, eps=1e-5):
    def moved(name):
        return lambda value: loss({key: value if key == name else other for key, other in params.items()})

    return {name: relative_error(numerical_gradient(moved(name), value, eps), grads[name])
            for name, value in params.items()}
