"""Written from the contract alone, with lists, loops and the math module; NumPy only wraps what is returned."""

import math

import numpy as np


def softmax(z):
    z = np.asarray(z)
    if z.ndim > 1:
        return np.array([softmax(row) for row in z])
    top = max(z.tolist())
    e = [math.exp(value - top) for value in z.tolist()]
    return np.array([value / sum(e) for value in e])


def cross_entropy(y_hat_t, y_t):
    return -math.log(y_hat_t[y_t]) if y_hat_t[y_t] > 0 else math.inf


def matvec(A, v):
    return [sum(a * b for a, b in zip(row, v)) for row in A]


def forward(params, x, h_0):
    W_x, W_h, b, W_y = (params[name].tolist() for name in ("W_x", "W_h", "b", "W_y"))
    h, z = [list(h_0)], []
    for x_t in x.tolist():
        a = [p + q + r for p, q, r in zip(matvec(W_h, h[-1]), matvec(W_x, x_t), b)]
        h.append([math.tanh(value) for value in a])
        z.append(matvec(W_y, h[-1]))
    return np.array(h), np.array(z), np.array([softmax(row) for row in z])


def dL_dyhat(y_hat_t, y_t):
    return np.array([-1 / p if i == y_t else 0.0 for i, p in enumerate(y_hat_t)])


def dyhat_dz(y_hat_t):
    p = list(y_hat_t)
    return np.array([[p[i] * ((i == j) - p[j]) for j in range(len(p))] for i in range(len(p))])


def dL_dz(y_hat_t, y_t):
    return np.array([p - (i == y_t) for i, p in enumerate(y_hat_t)])


def dz_dh(W_y):
    return np.array([list(row) for row in W_y])


def dh_dh_prev(h_t, W_h):
    return np.array([[(1 - h_i * h_i) * w for w in row] for h_i, row in zip(h_t, W_h)])


def dh_dW_x(h_t, x_t):
    H, D = len(h_t), len(x_t)
    out = np.zeros((H, H, D))
    for i in range(H):
        for d in range(D):
            out[i, i, d] = (1 - h_t[i] * h_t[i]) * x_t[d]
    return out


def dh_dh(h, W_h, t, k):
    if k < 0 or t < 0 or t >= len(h) or k > t:
        raise ValueError("no such pair of steps")
    H = len(W_h)
    product = [[float(i == j) for j in range(H)] for i in range(H)]
    while t > k:
        step = [[(1 - h[t][i] ** 2) * W_h[i][j] for j in range(H)] for i in range(H)]
        product = [[sum(product[i][m] * step[m][j] for m in range(H)) for j in range(H)] for i in range(H)]
        t -= 1
    return np.array(product)


def term(params, x, y, h, y_hat, t, k):
    H, D = params["W_x"].shape
    V = len(params["W_y"])
    dz = dL_dz(y_hat[t - 1], y[t - 1])
    dh = [sum(dz[v] * params["W_y"][v][i] for v in range(V)) for i in range(H)]
    long = dh_dh(h, params["W_h"], t, k)
    out = np.zeros((H, D))
    for j in range(H):
        at_k = sum(dh[i] * long[i][j] for i in range(H))
        for d in range(D):
            out[j, d] = at_k * (1 - h[k][j] ** 2) * x[k - 1][d]
    return out


def dL_dW_x(params, x, y, h, y_hat, t):
    total = np.zeros(params["W_x"].shape)
    for k in range(t, 0, -1):
        total = total + term(params, x, y, h, y_hat, t, k)
    return total


def dLtotal_dW_x(params, x, y, h, y_hat):
    total = np.zeros(params["W_x"].shape)
    for t in range(len(y), 0, -1):
        total = total + dL_dW_x(params, x, y, h, y_hat, t)
    return total


def bptt(params, x, y, h, y_hat):
    H, D = params["W_x"].shape
    V, T = len(params["W_y"]), len(y)
    W_h, W_y = params["W_h"].tolist(), params["W_y"].tolist()
    x, y, h, y_hat = x.tolist(), y.tolist(), h.tolist(), y_hat.tolist()
    dW_x = [[0.0] * D for _ in range(H)]
    dW_h = [[0.0] * H for _ in range(H)]
    db = [0.0] * H
    dW_y = [[0.0] * H for _ in range(V)]
    carry = [0.0] * H
    for t in range(T, 0, -1):
        dz = y_hat[t - 1][:]
        dz[y[t - 1]] -= 1
        for v in range(V):
            for i in range(H):
                dW_y[v][i] += dz[v] * h[t][i]
        da = []
        for i in range(H):
            dh = carry[i] + sum(dz[v] * W_y[v][i] for v in range(V))
            da.append(dh * (1 - h[t][i] ** 2))
            db[i] += da[i]
            for d in range(D):
                dW_x[i][d] += da[i] * x[t - 1][d]
            for j in range(H):
                dW_h[i][j] += da[i] * h[t - 1][j]
        carry = [sum(W_h[i][j] * da[i] for i in range(H)) for j in range(H)]
    return {"W_x": np.array(dW_x), "W_h": np.array(dW_h), "b": np.array(db), "W_y": np.array(dW_y),
            "h_0": np.array(carry)}


def numerical_gradient(f, theta, eps=1e-5):
    flat = theta.flatten().tolist()
    out = []
    for i in range(len(flat)):
        up, down = flat[:], flat[:]
        up[i] += eps
        down[i] -= eps
        out.append((f(np.reshape(up, theta.shape)) - f(np.reshape(down, theta.shape))) / eps / 2)
    return np.reshape(out, theta.shape)


def relative_error(a, b):
    def norm(values):
        return math.sqrt(sum(value * value for value in np.ravel(values).tolist()))
    if norm(a) == norm(b) == 0:
        return 0.0
    return norm(np.subtract(a, b)) / (norm(a) + norm(b))


def gradient_check(loss, params, grads, eps=1e-5):
    out = {}
    for name in params:
        def f(theta, name=name):
            moved = dict(params)
            moved[name] = theta
            return loss(moved)
        out[name] = relative_error(grads[name], numerical_gradient(f, params[name], eps))
    return out
