# I learned Python before numpy, so: lists and the math module, arrays only at the end.
import math

import numpy as np


def dot(u, v):
    return math.fsum(a * b for a, b in zip(u, v))


def matvec(M, v):
    return [dot(row, v) for row in M]


def matmul(A, B):
    columns = list(zip(*B))
    return [[dot(row, column) for column in columns] for row in A]


def softmax(z):
    top = max(z)
    e = [math.exp(s - top) for s in z]
    total = math.fsum(e)
    return np.array([v / total for v in e])


def cross_entropy(y_hat_t, y_t):
    try:
        return -math.log(y_hat_t[y_t])
    except ValueError:
        return math.inf


def forward(params, x, h_0):
    W_x, W_h, b, W_y = [params[n].tolist() for n in ["W_x", "W_h", "b", "W_y"]]
    h = [[float(v) for v in h_0]]
    z = []
    y_hat = []
    for x_t in x.tolist():
        a = [p + q + r for p, q, r in zip(matvec(W_h, h[-1]), matvec(W_x, x_t), b)]
        h.append([math.tanh(v) for v in a])
        z.append(matvec(W_y, h[-1]))
        y_hat.append(list(softmax(z[-1])))
    return np.array(h), np.array(z), np.array(y_hat)


def dL_dyhat(y_hat_t, y_t):
    g = [0.0] * len(y_hat_t)
    g[y_t] = -1 / y_hat_t[y_t]
    return np.array(g)


def dyhat_dz(y_hat_t):
    n = len(y_hat_t)
    return np.array([[y_hat_t[i] * ((i == j) - y_hat_t[j]) for j in range(n)] for i in range(n)])


def dL_dz(y_hat_t, y_t):
    return np.array([p - (i == y_t) for i, p in enumerate(y_hat_t)], dtype=float)


def dz_dh(W_y):
    return np.array([[w for w in row] for row in W_y])


def dh_dh_prev(h_t, W_h):
    return np.array([[(1 - s * s) * w for w in row] for s, row in zip(h_t, W_h)])


def dh_dW_x(h_t, x_t):
    H = len(h_t)
    return np.array([[[(1 - h_t[i] ** 2) * v if i == j else 0.0 for v in x_t] for j in range(H)] for i in range(H)])


def dh_dh(h, W_h, t, k):
    if k > t:
        raise ValueError("k > t")
    if k < 0 or t > len(h) - 1:
        raise ValueError("no such step")
    H = len(W_h)
    P = [[float(i == j) for j in range(H)] for i in range(H)]
    for i in range(t, k, -1):
        P = matmul(P, dh_dh_prev(h[i], W_h))
    return np.array(P)


def term(params, x, y, h, y_hat, t, k):
    row = dL_dz(y_hat[t - 1], y[t - 1])
    row = matvec(list(zip(*dz_dh(params["W_y"]))), row)
    row = matvec(list(zip(*dh_dh(h, params["W_h"], t, k))), row)
    last = dh_dW_x(h[k], x[k - 1])
    H, D = params["W_x"].shape
    return np.array([[math.fsum(row[i] * last[i][j][d] for i in range(H)) for d in range(D)] for j in range(H)])


def _add(arrays):
    total = None
    for a in arrays:
        total = a if total is None else total + a
    return total


def dL_dW_x(params, x, y, h, y_hat, t):
    return _add([term(params, x, y, h, y_hat, t, k + 1) for k in range(t)])


def dLtotal_dW_x(params, x, y, h, y_hat):
    return _add([dL_dW_x(params, x, y, h, y_hat, t + 1) for t in range(len(y))])


def bptt(params, x, y, h, y_hat):
    # here I use numpy, or else it is too slow
    errors = []
    later = np.zeros(len(h[0]))
    W_y_T, W_h_T = params["W_y"].T, params["W_h"].T
    dzs = [dL_dz(p, c) for p, c in zip(y_hat, y)]
    for dz, h_t in zip(dzs[::-1], h[:0:-1]):
        errors.insert(0, (W_y_T.dot(dz) + later) * (1 - h_t ** 2))
        later = W_h_T.dot(errors[0])
    errors = np.array(errors)
    return {"h_0": later,
            "W_y": np.array(dzs).T.dot(h[1:]),
            "W_x": errors.T.dot(x),
            "W_h": errors.T.dot(h[:-1]),
            "b": sum(errors)}


def numerical_gradient(f, theta, eps=1e-5):
    flat = [float(v) for v in theta.ravel()]
    g = []
    for i, v in enumerate(flat):
        plus = flat[:i] + [v + eps] + flat[i + 1:]
        minus = flat[:i] + [v - eps] + flat[i + 1:]
        g.append((f(np.array(plus).reshape(theta.shape)) - f(np.array(minus).reshape(theta.shape))) / (2 * eps))
    return np.array(g).reshape(theta.shape)


def relative_error(a, b):
    p, q = a.ravel().tolist(), b.ravel().tolist()
    size = math.hypot(*p) + math.hypot(*q)
    if size == 0:
        return 0.0
    return math.dist(p, q) / size


def gradient_check(loss, params, grads, eps=1e-5):
    result = {}
    for n in list(params):
        def with_other(v, n=n):
            other = params.copy()
            other[n] = v
            return loss(other)
        result[n] = relative_error(np.asarray(grads[n]), numerical_gradient(with_other, params[n], eps))
    return result
