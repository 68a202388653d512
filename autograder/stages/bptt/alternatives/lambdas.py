from functools import partial, reduce
from itertools import accumulate
from operator import add, matmul

from numpy import (arange, array, asarray, clip, concatenate, diag, errstate, exp, eye, float64, log, outer, sqrt, square,
                   stack, tanh, tensordot, vstack, zeros)

slope = lambda h_t: 1 - square(h_t)
onehot = lambda n, i: eye(n)[i]
normalise = lambda v: v / v.sum()
softmax = lambda z: normalise(exp(clip(z - z.max(), -800.0, None)))
dz_dh = lambda W_y: W_y
dL_dz = lambda y_hat_t, y_t: y_hat_t - onehot(len(y_hat_t), y_t)
dyhat_dz = lambda y_hat_t: diag(y_hat_t) - outer(y_hat_t, y_hat_t)
dL_dyhat = lambda y_hat_t, y_t: array([0.0 if i != y_t else -1 / p for i, p in enumerate(y_hat_t)])
dh_dh_prev = lambda h_t, W_h: slope(h_t)[:, None] * W_h
dh_dW_x = lambda h_t, x_t: diag(slope(h_t))[:, :, None] * x_t


def cross_entropy(y_hat_t, y_t):
    with errstate(divide="ignore"):
        return -log(asarray(y_hat_t, dtype=float64)[y_t])


def forward(params, x, h_0):
    step = lambda h, x_t: tanh(params["W_h"] @ h + params["W_x"] @ x_t + params["b"])
    h = vstack(list(accumulate(x, step, initial=h_0 + 0.0)))
    z = stack([params["W_y"] @ h_t for h_t in h[1:]])
    return [h, z, stack(list(map(softmax, z)))]


def dh_dh(h, W_h, t, k):
    match (t, k):
        case _ if k > t:
            raise ValueError("the future does not act on the past")
        case _ if k < 0 or t >= len(h):
            raise ValueError("no such row of h")
    return reduce(matmul, map(partial(dh_dh_prev, W_h=W_h), h[k + 1:t + 1][::-1]), eye(len(W_h)))


term = lambda params, x, y, h, y_hat, t, k: tensordot(
    reduce(matmul, [dL_dz(y_hat[t - 1], y[t - 1]), dz_dh(params["W_y"]), dh_dh(h, params["W_h"], t, k)]),
    dh_dW_x(h[k], x[k - 1]), 1)
dL_dW_x = lambda params, x, y, h, y_hat, t: reduce(add, map(partial(term, params, x, y, h, y_hat, t), arange(1, t + 1)))
dLtotal_dW_x = lambda params, x, y, h, y_hat: reduce(add, map(partial(dL_dW_x, params, x, y, h, y_hat), range(1, len(x) + 1)))


def bptt(params, x, y, h, y_hat):
    dz = stack(list(map(dL_dz, y_hat, y)))
    sources = zip((dz @ params["W_y"])[::-1], slope(h[:0:-1]))
    back = lambda da, source: (source[0] + da @ params["W_h"]) * source[1]
    da = stack(list(accumulate(sources, back, initial=zeros(h.shape[1])))[1:])[::-1]
    return {"W_x": da.T @ x, "W_h": da.T @ h[:-1], "b": da.sum(axis=0), "W_y": dz.T @ h[1:], "h_0": da[0] @ params["W_h"]}


def numerical_gradient(f, theta, eps=1e-5):
    unit = lambda i: concatenate([zeros(i), [1.0], zeros(theta.size - i - 1)]).reshape(theta.shape)
    slope_along = lambda e: (f(theta + eps * e) - f(theta - eps * e)) / (2 * eps)
    return array([slope_along(unit(i)) for i in range(theta.size)]).reshape(theta.shape)


norm = lambda a: sqrt(square(asarray(a, dtype=float64)).sum())
relative_error = lambda a, b: norm(asarray(a) - b) / ((norm(a) + norm(b)) or 1.0)
replaced = lambda params, name, value: {**params, name: value}
gradient_check = lambda loss, params, grads, eps=1e-5: {
    name: relative_error(grads[name], numerical_gradient(lambda v: loss(replaced(params, name, v)), theta, eps))
    for name, theta in params.items()}
