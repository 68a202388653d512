"""Stage 1 - every product is an einsum, so that the indices can be read."""
import numpy as np
from numpy import einsum


def softmax(z):
    e = np.exp(z - np.max(z))
    return e / einsum("v->", e)


def cross_entropy(y_hat_t, y_t):
    with np.errstate(divide="ignore"):
        return float(-np.log(y_hat_t[y_t]))


def forward(params, x, h_0):
    W_x, W_h, b, W_y = (params[key] for key in ("W_x", "W_h", "b", "W_y"))
    drive = einsum("hd,td->th", W_x, x) + b
    h = np.empty((len(x) + 1, len(b)))
    h[0] = h_0
    for t in range(1, len(h)):
        h[t] = np.tanh(einsum("ij,j->i", W_h, h[t - 1]) + drive[t - 1])
    z = einsum("vh,th->tv", W_y, h[1:])
    return h, z, np.stack([softmax(z_t) for z_t in z])


def dL_dyhat(y_hat_t, y_t):
    out = np.zeros(y_hat_t.shape)
    out[y_t] = -1 / y_hat_t[y_t]
    return out


def dyhat_dz(y_hat_t):
    delta = np.eye(y_hat_t.size)
    return einsum("i,ij->ij", y_hat_t, delta) - einsum("i,j->ij", y_hat_t, y_hat_t)


def dL_dz(y_hat_t, y_t):
    return y_hat_t - np.eye(len(y_hat_t))[y_t]


def dz_dh(W_y):
    return W_y


def dh_dh_prev(h_t, W_h):
    return einsum("i,ij->ij", 1 - h_t**2, W_h)


def dh_dW_x(h_t, x_t):
    return einsum("ij,i,d->ijd", np.eye(len(h_t)), 1 - h_t**2, x_t)


def dh_dh(h, W_h, t, k):
    if not 0 <= k <= t < h.shape[0]:
        raise ValueError(f"need 0 <= k <= t <= T, got t = {t}, k = {k}")
    product = np.eye(h.shape[1])
    for i in range(t, k, -1):
        product = einsum("ij,jm->im", product, dh_dh_prev(h[i], W_h))
    return product


def term(params, x, y, h, y_hat, t, k):
    return einsum("v,vh,hi,ijd->jd", dL_dz(y_hat[t - 1], y[t - 1]), dz_dh(params["W_y"]),
                  dh_dh(h, params["W_h"], t, k), dh_dW_x(h[k], x[k - 1]))


def dL_dW_x(params, x, y, h, y_hat, t):
    return einsum("kjd->jd", np.stack([term(params, x, y, h, y_hat, t, k) for k in range(1, t + 1)]))


def dLtotal_dW_x(params, x, y, h, y_hat):
    return einsum("tjd->jd", np.stack([dL_dW_x(params, x, y, h, y_hat, t) for t in range(1, len(x) + 1)]))


def bptt(params, x, y, h, y_hat):
    T = len(x)
    dz = y_hat - np.eye(y_hat.shape[1])[y]
    direct = einsum("tv,vh->th", dz, params["W_y"])
    slopes = 1 - h[1:] ** 2
    da = np.empty_like(slopes)
    carry = np.zeros(h.shape[1])
    for t in reversed(range(T)):
        da[t] = slopes[t] * (direct[t] + carry)
        carry = einsum("i,ij->j", da[t], params["W_h"])
    return {"W_x": einsum("th,td->hd", da, x), "W_h": einsum("ti,tj->ij", da, h[:-1]), "b": einsum("th->h", da),
            "W_y": einsum("tv,th->vh", dz, h[1:]), "h_0": carry}


def numerical_gradient(f, theta, eps=1e-5):
    theta = np.array(theta, dtype=float)
    out = np.empty(theta.shape)
    for index in np.ndindex(theta.shape):
        e = np.zeros(theta.shape)
        e[index] = eps
        out[index] = (f(theta + e) - f(theta - e)) / (2 * eps)
    return out


def relative_error(a, b):
    def frobenius(m):
        m = np.ravel(m).astype(float)
        return float(np.sqrt(einsum("i,i->", m, m)))

    scale = frobenius(a) + frobenius(b)
    return frobenius(np.subtract(a, b)) / scale if scale else 0.0


def gradient_check(loss, params, grads, eps=1e-5):
    errors = {}
    for name in params:
        numeric = numerical_gradient(lambda value: loss({**params, name: value}), params[name], eps)
        errors[name] = relative_error(numeric, grads[name])
    return errors
