"""Each function has options of its own (temperature, base, history, ...), whose defaults give what the task asks for."""
import numpy as np

__all__ = ["softmax", "cross_entropy", "forward", "bptt", "gradient_check"]


def softmax(z, *, temperature=1.0, axis=-1, log=False):
    z = np.asarray(z, dtype=float) / temperature
    z = z - np.max(z, axis=axis, keepdims=True)
    log_p = z - np.log(np.sum(np.exp(z), axis=axis, keepdims=True))
    return log_p if log else np.exp(log_p)


def cross_entropy(y_hat_t, y_t, base=None, weight=1.0):
    with np.errstate(divide="ignore"):
        nats = -np.log(y_hat_t[y_t])
    return float(weight * nats / (1.0 if base is None else np.log(base)))


def forward(params, x, h_0=None, *, act=np.tanh, with_scores=True):
    W_x, W_h, b, W_y = params["W_x"], params["W_h"], params["b"], params["W_y"]
    h = np.zeros((len(x) + 1, len(b)))
    if h_0 is not None:
        h[0] = h_0
    for t, x_t in enumerate(x, start=1):
        h[t] = act(W_h @ h[t - 1] + W_x @ x_t + b)
    z = np.matmul(h[1:], np.transpose(W_y))
    y_hat = softmax(z, axis=1)
    return (h, z, y_hat) if with_scores else (h, y_hat)


def dL_dyhat(y_hat_t, y_t, scale=1.0):
    grad = np.zeros_like(y_hat_t, dtype=float)
    grad[y_t] = -scale / y_hat_t[y_t]
    return grad


def dyhat_dz(y_hat_t, temperature=1.0):
    return (np.diag(y_hat_t) - np.outer(y_hat_t, y_hat_t)) / temperature


def dL_dz(y_hat_t, y_t, smoothing=0.0):
    V = len(y_hat_t)
    target = np.full(V, smoothing / V)
    target[y_t] += 1 - smoothing
    return y_hat_t - target


def dz_dh(W_y, copy=False):
    return W_y.copy() if copy else W_y


def dh_dh_prev(h_t, W_h, slope=lambda h: 1 - h**2, out=None):
    return np.multiply(slope(h_t)[:, None], W_h, out=out)


def dh_dW_x(h_t, x_t, full=True):
    small = np.outer(1 - h_t**2, x_t)                  # row i is all that is not 0
    if not full:
        return small
    result = np.zeros((len(h_t), *small.shape))
    np.einsum("iid->id", result)[...] = small          # a view of the diagonal
    return result


def dh_dh(h, W_h, t, k, *, every=False):
    """every=True: a list of all products on the way, from dh_t/dh_t to dh_t/dh_k."""
    if min(k, t) < 0 or max(k, t) > len(h) - 1:
        raise ValueError("t and k must be steps from 0 to T")
    if t < k:
        raise ValueError("t must not be before k")
    products = [np.eye(len(W_h))]
    for i in range(t, k, -1):
        products.append(products[-1] @ dh_dh_prev(h[i], W_h))
    return products if every else products[-1]


def term(params, x, y, h, y_hat, t, k, *, long_factor=None):
    if long_factor is None:
        long_factor = dh_dh(h, params["W_h"], t, k)
    error = dL_dz(y_hat[t - 1], y[t - 1]) @ params["W_y"] @ long_factor
    return np.outer(error * (1 - h[k] ** 2), x[k - 1])


def dL_dW_x(params, x, y, h, y_hat, t, *, first=1):
    J, total = np.eye(h.shape[1]), np.zeros(np.shape(params["W_x"]))
    for k in range(t, first - 1, -1):
        total += term(params, x, y, h, y_hat, t, k, long_factor=J)
        J = J @ dh_dh_prev(h[k], params["W_h"])
    return total


def dLtotal_dW_x(params, x, y, h, y_hat, *, steps=None):
    steps = range(1, len(y) + 1) if steps is None else steps
    return np.sum([dL_dW_x(params, x, y, h, y_hat, t) for t in steps], axis=0)


def bptt(params, x, y, h, y_hat, *, window=None, clip=None, history=None):
    W_x, W_h, W_y = params["W_x"], params["W_h"], params["W_y"]
    grads = {"W_x": np.zeros_like(W_x, dtype=float), "W_h": np.zeros_like(W_h, dtype=float),
             "b": np.zeros(len(W_h)), "W_y": np.zeros_like(W_y, dtype=float)}
    dh_next = np.zeros(len(W_h))
    for t in range(len(x), 0, -1):
        dz = dL_dz(y_hat[t - 1], y[t - 1])
        if window and (len(x) - t) % window == 0:
            dh_next = 0 * dh_next
        dh = W_y.T @ dz + dh_next
        if history is not None:
            history.append(dh)
        da = (1 - h[t] ** 2) * dh
        grads["W_y"] += np.outer(dz, h[t])
        grads["W_x"] += np.outer(da, x[t - 1])
        grads["W_h"] += np.outer(da, h[t - 1])
        grads["b"] += da
        dh_next = W_h.T @ da
    grads["h_0"] = dh_next
    if clip is not None:
        grads = {name: np.clip(g, -clip, clip) for name, g in grads.items()}
    return grads


def numerical_gradient(f, theta, eps=1e-5, *, central=True):
    theta = np.asarray(theta, dtype=float)
    grad = np.zeros(theta.shape)
    base = None if central else f(theta.copy())
    for i in np.ndindex(theta.shape):
        up, down = theta.copy(), theta.copy()
        up[i] += eps
        down[i] -= eps
        grad[i] = (f(up) - f(down)) / (2 * eps) if central else (f(up) - base) / eps
    return grad


def relative_error(a, b, *, floor=0.0):
    difference = np.linalg.norm(np.subtract(a, b, dtype=float))
    scale = max(np.linalg.norm(a) + np.linalg.norm(b), floor)
    return float(difference / scale) if scale else 0.0


def gradient_check(loss, params, grads, eps=1e-5, *, names=None, verbose=False):
    errors = {}
    for name in (params if names is None else names):
        numeric = numerical_gradient(lambda theta, name=name: loss({**params, name: theta}), params[name], eps)
        errors[name] = relative_error(grads[name], numeric)
        if verbose:
            print(f"{name:>5} {errors[name]:.1e}")
    return errors
