"""Recursive where it is not too deep: products and sums are halved, so that the depth is log T."""
import numpy as np


def halves(items, join, empty):
    """Join a list by halves: the order is kept."""
    if len(items) == 0:
        return empty
    if len(items) == 1:
        return items[0]
    middle = len(items) // 2
    return join(halves(items[:middle], join, empty), halves(items[middle:], join, empty))


def softmax(z):
    """log-sum-exp"""
    z = np.asarray(z, dtype=np.float64)
    return np.exp(z - np.logaddexp.reduce(z))


def cross_entropy(y_hat_t, y_t):
    old = np.seterr(divide="ignore")
    try:
        return -np.log(y_hat_t)[y_t]
    finally:
        np.seterr(**old)


def forward(params, x, h_0):
    T = x.shape[0]
    H = params["b"].shape[0]
    V = params["W_y"].shape[0]
    h, z, y_hat = np.zeros((T + 1, H)), np.zeros((T, V)), np.zeros((T, V))
    h[0, :] = h_0
    t = 1
    while t <= T:
        np.tanh(params["W_h"].dot(h[t - 1]) + params["W_x"].dot(x[t - 1]) + params["b"], out=h[t])
        z[t - 1] = params["W_y"].dot(h[t])
        y_hat[t - 1] = softmax(z[t - 1])
        t += 1
    return h, z, y_hat


def dL_dyhat(y_hat_t, y_t):
    g = np.zeros_like(y_hat_t)
    np.put(g, y_t, -np.reciprocal(y_hat_t[y_t]))
    return g


def dyhat_dz(y_hat_t):
    J = -np.multiply.outer(y_hat_t, y_hat_t)
    J[np.diag_indices_from(J)] += y_hat_t
    return J


def dL_dz(y_hat_t, y_t):
    return y_hat_t - np.bincount([y_t], minlength=len(y_hat_t))


def dz_dh(W_y):
    return np.array(W_y)


def dh_dh_prev(h_t, W_h):
    return (W_h.T * (1 - h_t) * (1 + h_t)).T


def dh_dW_x(h_t, x_t):
    return np.multiply.outer(np.diag(1 - h_t * h_t), x_t)


def dh_dh(h, W_h, t, k):
    if k > t or min(t, k) < 0 or max(t, k) >= len(h):
        raise ValueError((t, k))
    factors = [dh_dh_prev(h[i], W_h) for i in range(t, k, -1)]
    return halves(factors, np.matmul, np.identity(len(W_h)))


def term(params, x, y, h, y_hat, t, k):
    v = dL_dz(y_hat[t - 1], y[t - 1])
    v = v @ dz_dh(params["W_y"])
    v = v @ dh_dh(h, params["W_h"], t, k)
    H, D = len(v), x.shape[1]
    return (v @ dh_dW_x(h[k], x[k - 1]).reshape(H, H * D)).reshape(H, D)


def dL_dW_x(params, x, y, h, y_hat, t):
    return halves([term(params, x, y, h, y_hat, t, k) for k in range(1, t + 1)], np.add, None)


def dLtotal_dW_x(params, x, y, h, y_hat):
    return halves([dL_dW_x(params, x, y, h, y_hat, t) for t in range(1, len(x) + 1)], np.add, None)


def bptt(params, x, y, h, y_hat):
    """Steps lo..hi: given the gradient that comes back into h_hi, the sums, and what leaves at h_(lo-1)."""
    W_h, W_y = params["W_h"], params["W_y"]

    def back(lo, hi, later):
        if lo == hi:
            dz = dL_dz(y_hat[lo - 1], y[lo - 1])
            da = (dz @ W_y + later) * (1 - h[lo] ** 2)
            return [np.outer(da, x[lo - 1]), np.outer(da, h[lo - 1]), da, np.outer(dz, h[lo])], da @ W_h
        middle = (lo + hi) // 2
        right, later = back(middle + 1, hi, later)
        left, later = back(lo, middle, later)
        return [a + b for a, b in zip(left, right)], later

    sums, h_0 = back(1, len(x), np.zeros(len(W_h)))
    return dict(zip(("W_x", "W_h", "b", "W_y", "h_0"), (*sums, h_0)))


def numerical_gradient(f, theta, eps=1e-5):
    theta = theta.astype(float)

    def entry(index):
        def at(step):
            moved = theta.copy()
            moved[index] += step
            return f(moved)
        return (at(eps) - at(-eps)) / (2 * eps)

    def over(prefix):
        if len(prefix) == theta.ndim:
            return entry(prefix)
        return [over((*prefix, i)) for i in range(theta.shape[len(prefix)])]

    return np.array(over(()))


def relative_error(a, b):
    numerator = np.linalg.norm(np.ravel(a - b))
    denominator = np.linalg.norm(np.ravel(a)) + np.linalg.norm(np.ravel(b))
    return 0.0 if denominator == 0.0 else numerator / denominator


def gradient_check(loss, params, grads, eps=1e-5):
    def rest(names):
        if not names:
            return {}
        first, *others = names
        numeric = numerical_gradient(lambda v: loss(params | {first: v}), params[first], eps)
        return {first: relative_error(numeric, grads[first]), **rest(others)}

    return rest(list(params))
