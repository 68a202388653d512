"""Every derivative by the complex step, Im f(x + ih) / h, for all directions at once."""
import numpy as np

TINY = 1e-20


def slopes(f, at):
    at = np.asarray(at, dtype=float)
    moved = at + 1j * TINY * np.eye(at.size).reshape(at.size, *at.shape)
    return np.moveaxis(np.array([f(one).imag / TINY for one in moved]), 0, -1)


def softmax(z):
    z = np.asarray(z)
    e = np.exp(z - z.real.max())
    return e / e.sum()


def cross_entropy(y_hat_t, y_t):
    with np.errstate(divide="ignore"):
        return -np.log(y_hat_t[y_t])


def forward(params, x, h_0):
    W_x, W_h, b, W_y = (params[k] for k in ("W_x", "W_h", "b", "W_y"))
    h = [np.asarray(h_0, dtype=float)]
    for x_t in x:
        h += [np.tanh(W_x @ x_t + W_h @ h[-1] + b)]
    z = [W_y @ h_t for h_t in h[1:]]
    return np.array(h), np.array(z), np.array([softmax(z_t) for z_t in z])


def dL_dyhat(y_hat_t, y_t):
    out = np.zeros(len(y_hat_t))
    with np.errstate(divide="ignore"):
        out[y_t] = -1 / y_hat_t[y_t]
    return out


def dyhat_dz(y_hat_t):
    def again(direction):
        w = y_hat_t * (1 + direction)
        return w / w.sum()
    return slopes(again, np.zeros(len(y_hat_t)))


def dL_dz(y_hat_t, y_t):
    return slopes(lambda d: np.array(np.log((y_hat_t * (1 + d)).sum()) - d[y_t]), np.zeros(len(y_hat_t)))


def dz_dh(W_y):
    return slopes(lambda h: W_y @ h, np.zeros(W_y.shape[1]))


def dh_dh_prev(h_t, W_h):
    def step(move):
        d = W_h @ move
        return (h_t + np.tanh(d)) / (1 + h_t * np.tanh(d))
    return slopes(step, np.zeros(len(h_t)))


def dh_dW_x(h_t, x_t):
    H, D = len(h_t), len(x_t)

    def step(W):
        d = np.tanh(W.reshape(H, D) @ x_t)
        return (h_t + d) / (1 + h_t * d)
    return slopes(step, np.zeros(H * D)).reshape(H, H, D)


def dh_dh(h, W_h, t, k):
    if not 0 <= k <= t <= len(h) - 1:
        raise ValueError(f"0 <= k <= t <= T, not k = {k}, t = {t}")
    J = np.eye(len(W_h))
    for s in range(k + 1, t + 1):
        J = dh_dh_prev(h[s], W_h) @ J
    return J


def term(params, x, y, h, y_hat, t, k):
    g = dL_dz(y_hat[t - 1], y[t - 1]) @ params["W_y"]
    g = g @ dh_dh(h, params["W_h"], t, k)
    return np.tensordot(g, dh_dW_x(h[k], x[k - 1]), axes=1)


def dL_dW_x(params, x, y, h, y_hat, t):
    return np.sum([term(params, x, y, h, y_hat, t, k) for k in range(1, t + 1)], axis=0)


def dLtotal_dW_x(params, x, y, h, y_hat):
    return np.sum([dL_dW_x(params, x, y, h, y_hat, t) for t in range(1, len(x) + 1)], axis=0)


def bptt(params, x, y, h, y_hat):
    """All parameters in one long vector; each entry's change runs forward beside the others, as the imaginary part."""
    names = ["W_x", "W_h", "b", "W_y", "h_0"]
    shapes = [params[n].shape for n in names[:4]] + [h[0].shape]
    sizes = [int(np.prod(s)) for s in shapes]
    ends = np.cumsum(sizes)
    n = int(ends[-1])
    move = {name: np.zeros((n, *shape)) for name, shape in zip(names, shapes)}
    for name, end, size in zip(names, ends, sizes):
        move[name].reshape(n, -1)[np.arange(end - size, end), np.arange(size)] = 1
    d, total = move["h_0"], np.zeros(n)
    for t in range(1, len(x) + 1):
        a = d @ params["W_h"].T + move["W_h"] @ h[t - 1] + move["W_x"] @ x[t - 1] + move["b"]
        d = ((h[t] + 1j * TINY * a) / (1 + h[t] * 1j * TINY * a)).imag / TINY
        dz = d @ params["W_y"].T + move["W_y"] @ h[t]
        total += np.log(((1 + 1j * TINY * dz) * y_hat[t - 1]).sum(axis=1)).imag / TINY - dz[:, y[t - 1]]
    return {name: total[end - size:end].reshape(shape) for name, end, size, shape in zip(names, ends, sizes, shapes)}


def numerical_gradient(f, theta, eps=1e-5):
    theta = np.asarray(theta, dtype=float)
    steps = eps * np.eye(theta.size).reshape(theta.size, *theta.shape)
    return np.reshape([(f(theta + s) - f(theta - s)) / (2 * eps) for s in steps], theta.shape)


def relative_error(a, b):
    size = np.linalg.norm(np.ravel(a)) + np.linalg.norm(np.ravel(b))
    return float(np.linalg.norm(np.ravel(a) - np.ravel(b)) / size) if size else 0.0


def gradient_check(loss, params, grads, eps=1e-5):
    return {n: relative_error(grads[n], numerical_gradient(lambda v: loss(params | {n: v}), params[n], eps)) for n in params}
