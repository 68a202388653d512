"""Extended precision from end to end, and returned as it is."""
from numpy import *

R = longdouble
L = lambda a: asarray(a, dtype=R)


def softmax(z):
    e = exp(L(z) - L(z).max())
    return e / e.sum()


def cross_entropy(y_hat_t, y_t):
    with errstate(divide="ignore"):
        return -log(L(y_hat_t)[y_t])


def forward(params, x, h_0):
    p = {k: L(v) for k, v in params.items()}
    h = zeros((len(x) + 1, len(p["b"])), R)
    h[0] = h_0
    for t, x_t in enumerate(L(x), 1):
        h[t] = tanh(p["W_h"] @ h[t - 1] + p["W_x"] @ x_t + p["b"])
    z = h[1:] @ p["W_y"].T
    return h, z, apply_along_axis(softmax, 1, z)


def dL_dyhat(y_hat_t, y_t):
    with errstate(divide="ignore"):
        return array([-1 / L(v) if i == y_t else R(0) for i, v in enumerate(y_hat_t)])


def dyhat_dz(y_hat_t):
    s = L(y_hat_t)
    return diag(s) - outer(s, s)


def dL_dz(y_hat_t, y_t):
    return L(y_hat_t) - eye(len(y_hat_t), dtype=R)[y_t]


def dz_dh(W_y):
    return L(W_y)


def dh_dh_prev(h_t, W_h):
    return (1 - L(h_t) ** 2)[:, newaxis] * L(W_h)


def dh_dW_x(h_t, x_t):
    return einsum("ij,i,d->ijd", eye(len(h_t), dtype=R), 1 - L(h_t) ** 2, L(x_t))


def dh_dh(h, W_h, t, k):
    if k > t or k < 0 or t >= len(h):
        raise ValueError("no such step")
    out = eye(len(W_h), dtype=R)
    for s in range(t, k, -1):
        out = out @ dh_dh_prev(h[s], W_h)
    return out


def term(params, x, y, h, y_hat, t, k):
    g = dL_dyhat(y_hat[t - 1], y[t - 1])
    g = dL_dz(y_hat[t - 1], y[t - 1]) @ dz_dh(params["W_y"]) @ dh_dh(h, params["W_h"], t, k)
    return outer(g * (1 - L(h[k]) ** 2), L(x[k - 1]))


def dL_dW_x(params, x, y, h, y_hat, t):
    g, out = dL_dz(y_hat[t - 1], y[t - 1]) @ dz_dh(params["W_y"]), 0
    for k in range(t, 0, -1):
        a = g * (1 - L(h[k]) ** 2)
        out = out + outer(a, L(x[k - 1]))
        g = a @ L(params["W_h"])
    return out


def dLtotal_dW_x(params, x, y, h, y_hat):
    return sum([dL_dW_x(params, x, y, h, y_hat, t) for t in range(1, len(x) + 1)], axis=0)


def bptt(params, x, y, h, y_hat):
    W_h, W_y, h, x = L(params["W_h"]), L(params["W_y"]), L(h), L(x)
    dz = L(y_hat).copy()
    dz[arange(len(y)), y] -= 1
    da, g = zeros((len(x), len(W_h)), R), zeros(len(W_h), R)
    for t in range(len(x), 0, -1):
        g = g + dz[t - 1] @ W_y
        da[t - 1] = g * (1 - h[t] ** 2)
        g = da[t - 1] @ W_h
    return dict(W_x=da.T @ x, W_h=da.T @ h[:-1], b=da.sum(0), W_y=dz.T @ h[1:], h_0=g)


def numerical_gradient(f, theta, eps=1e-5):
    theta = array(theta, dtype=float)
    out = zeros_like(theta)
    for i in ndindex(theta.shape):
        kept = theta[i]
        theta[i] = kept + eps
        up = f(theta)
        theta[i] = kept - eps
        out[i] = (up - f(theta)) / (2 * eps)
        theta[i] = kept
    return out


def relative_error(a, b):
    a, b = L(a).ravel(), L(b).ravel()
    n = lambda v: sqrt(v @ v)
    return n(a - b) / (n(a) + n(b)) if n(a) + n(b) > 0 else R(0)


def gradient_check(loss, params, grads, eps=1e-5):
    return dict((k, relative_error(grads[k], numerical_gradient(lambda v: loss({**params, k: v}), params[k], eps))) for k in params)
