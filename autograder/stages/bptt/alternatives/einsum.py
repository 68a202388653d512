"""Every product is an einsum."""

import numpy as np
from numpy import einsum


def softmax(z):
    e = np.exp(z - z.max(-1)[..., None])
    return einsum("...v,...->...v", e, 1 / einsum("...v->...", e))


def cross_entropy(y_hat_t, y_t):
    return float(-np.log(einsum("v,v->", y_hat_t, np.arange(len(y_hat_t)) == y_t)))


def forward(params, x, h_0):
    h = [h_0]
    u = einsum("hd,td->th", params["W_x"], x) + params["b"]
    for u_t in u:
        h.append(np.tanh(einsum("ij,j->i", params["W_h"], h[-1]) + u_t))
    h = np.stack(h)
    z = einsum("vh,th->tv", params["W_y"], h[1:])
    return h, z, softmax(z)


def dL_dyhat(y_hat_t, y_t):
    return einsum(",v->v", -1.0 / y_hat_t[y_t], np.arange(len(y_hat_t)) == y_t)


def dyhat_dz(y_hat_t):
    eye = np.eye(len(y_hat_t))
    return einsum("i,ij->ij", y_hat_t, eye - y_hat_t)


def dL_dz(y_hat_t, y_t):
    return einsum("i,ij->j", dL_dyhat(y_hat_t, y_t), dyhat_dz(y_hat_t))


def dz_dh(W_y):
    return einsum("vh->vh", W_y).copy()


def dh_dh_prev(h_t, W_h):
    return einsum("i,ij->ij", 1 - h_t * h_t, W_h)


def dh_dW_x(h_t, x_t):
    return einsum("ij,i,d->ijd", np.eye(len(h_t)), 1 - h_t * h_t, x_t)


def dh_dh(h, W_h, t, k):
    if k > t or k < 0 or t > len(h) - 1:
        raise ValueError((t, k))
    out = np.eye(h.shape[1])
    for h_i in h[k + 1:t + 1]:
        out = einsum("i,ij,jk->ik", 1 - h_i**2, W_h, out)
    return out


def term(params, x, y, h, y_hat, t, k):
    return einsum("v,vz,zi,ij,jkd->kd", dL_dyhat(y_hat[t - 1], y[t - 1]), dyhat_dz(y_hat[t - 1]), dz_dh(params["W_y"]),
                  dh_dh(h, params["W_h"], t, k), dh_dW_x(h[k], x[k - 1]))


def dL_dW_x(params, x, y, h, y_hat, t):
    return einsum("khd->hd", np.stack([term(params, x, y, h, y_hat, t, 1 + k) for k in range(t)]))


def dLtotal_dW_x(params, x, y, h, y_hat):
    return einsum("thd->hd", np.stack([dL_dW_x(params, x, y, h, y_hat, 1 + t) for t in range(len(x))]))


def bptt(params, x, y, h, y_hat):
    onehot = np.eye(y_hat.shape[1])[y]
    dz = y_hat - onehot
    slope = 1 - h[1:] ** 2
    direct = einsum("tv,vh->th", dz, params["W_y"])
    da = np.empty_like(slope)
    for t in reversed(range(len(x))):
        later = einsum("i,ij->j", da[t + 1], params["W_h"]) if t + 1 < len(x) else 0.0
        da[t] = slope[t] * (direct[t] + later)
    return {
        "h_0": einsum("i,ij->j", da[0], params["W_h"]),
        "W_y": einsum("tv,th->vh", dz, h[1:]),
        "b": einsum("th->h", da),
        "W_h": einsum("ti,tj->ij", da, h[:-1]),
        "W_x": einsum("ti,td->id", da, x),
    }


def numerical_gradient(f, theta, eps=1e-5):
    n = theta.size
    basis = eps * np.eye(n).reshape((n, *theta.shape))
    slopes = [f(theta + step) - f(theta - step) for step in basis]
    return (np.array(slopes) / (2 * eps)).reshape(theta.shape)


def relative_error(a, b):
    def norm(v):
        return np.sqrt(einsum("i,i->", np.ravel(v), np.ravel(v)))

    total = norm(a) + norm(b)
    return norm(a - b) / total if total else 0.0


def gradient_check(loss, params, grads, eps=1e-5):
    return {name: relative_error(grads[name],
                                 numerical_gradient(lambda v, n=name: loss(params | {n: v}), params[name], eps))
            for name in params}
