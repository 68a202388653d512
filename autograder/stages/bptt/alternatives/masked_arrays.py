"""Masked arrays for what does not count; sums in long double, rounded at the end."""
import numpy as np
import numpy.ma as ma

LONG = np.longdouble


def softmax(z):
    """In long double: more digits do no harm."""
    z = np.asarray(z, dtype=LONG)
    e = np.exp(z - z.max())
    return np.float64(e / e.sum())


def cross_entropy(y_hat_t, y_t):
    others = np.ones(len(y_hat_t), dtype=bool)
    others[y_t] = False
    p = ma.array(y_hat_t, mask=others).compressed()[0]
    return np.inf if p <= 0 else float(-np.log(p))


def forward(params, x, h_0):
    h_t = np.asarray(h_0, float)
    h, z, y_hat = [h_t], [], []
    for x_t in x:
        h_t = np.tanh(np.concatenate([params["W_h"], params["W_x"]], axis=1) @ np.concatenate([h_t, x_t]) + params["b"])
        z_t = params["W_y"] @ h_t
        h.append(h_t)
        z.append(z_t)
        y_hat.append(softmax(z_t))
    return ma.array(h), ma.array(z), ma.array(y_hat)


def dL_dyhat(y_hat_t, y_t):
    wrong = np.arange(len(y_hat_t)) != y_t
    return (-1 / ma.array(y_hat_t, mask=wrong)).filled(0.0)


def dyhat_dz(y_hat_t):
    p = np.asarray(y_hat_t, LONG)
    return (np.diag(p) - p[:, np.newaxis] * p[np.newaxis, :]).astype(float)


def dL_dz(y_hat_t, y_t):
    right = np.arange(len(y_hat_t)) == y_t
    return np.where(right, y_hat_t - 1, y_hat_t)


def dz_dh(W_y):
    return W_y[:]


def dh_dh_prev(h_t, W_h):
    return np.subtract(1, h_t**2).reshape(-1, 1) * W_h


def dh_dW_x(h_t, x_t):
    H, D = len(h_t), len(x_t)
    full = np.broadcast_to(((1 - h_t**2)[:, None] * x_t)[:, None, :], (H, H, D))
    off = np.broadcast_to(~np.eye(H, dtype=bool)[:, :, None], (H, H, D))
    return ma.array(full, mask=off).filled(0)


def dh_dh(h, W_h, t, k):
    if k > t:
        raise ValueError("k must not be larger than t")
    if not (0 <= t < len(h) and 0 <= k < len(h)):
        raise ValueError("t and k must be rows of h")
    slopes = 1 - h**2
    P = np.eye(len(W_h), dtype=LONG)
    for s in slopes[k + 1:t + 1]:
        P = s[:, None] * (W_h.astype(LONG) @ P)
    return P                                  # long double


def term(params, x, y, h, y_hat, t, k):
    a = np.asarray(dL_dz(y_hat[t - 1], y[t - 1])) @ np.asarray(dz_dh(params["W_y"]))
    a = a @ np.asarray(dh_dh(h, params["W_h"], t, k), dtype=float)
    return sum(a_i * block for a_i, block in zip(a, dh_dW_x(h[k], x[k - 1])))


def dL_dW_x(params, x, y, h, y_hat, t):
    return sum(term(params, x, y, h, y_hat, t, k) for k in range(1, t + 1))


def dLtotal_dW_x(params, x, y, h, y_hat):
    return sum(dL_dW_x(params, x, y, h, y_hat, t) for t in range(1, len(x) + 1))


def bptt(params, x, y, h, y_hat):
    T, V = y_hat.shape
    hit = np.arange(V)[None, :] == np.asarray(y)[:, None]
    dz = np.asarray(y_hat, LONG) - hit
    direct = dz @ params["W_y"]
    slope = 1 - np.asarray(h[1:], LONG) ** 2
    W_h = params["W_h"].astype(LONG)
    da = np.zeros_like(direct)
    carry = 0
    for t in range(T)[::-1]:
        da[t] = (direct[t] + carry) * slope[t]
        carry = da[t] @ W_h
    grads = {"W_x": da.T @ x, "W_h": da.T @ h[:-1], "b": da.sum(axis=0), "W_y": dz.T @ h[1:], "h_0": carry}
    return {name: ma.array(g, dtype=float) for name, g in grads.items()}


def numerical_gradient(f, theta, eps=1e-5):
    g = ma.masked_all(theta.shape)
    for i, _ in np.ndenumerate(theta):
        e = np.zeros(theta.shape)
        e[i] = eps
        g[i] = (f(theta + e) - f(theta - e)) / (2 * eps)
    return g


def relative_error(a, b):
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if not a.any() and not b.any():
        return 0.0
    return np.linalg.norm((a - b).ravel()) / (np.linalg.norm(a.ravel()) + np.linalg.norm(b.ravel()))


def gradient_check(loss, params, grads, eps=1e-5):
    errors = dict.fromkeys(params, ma.masked)
    for name in errors:
        at = {n: p for n, p in params.items()}

        def f(theta):
            at[name] = theta
            return loss(at)

        errors[name] = relative_error(numerical_gradient(f, params[name], eps), grads[name])
    return errors
