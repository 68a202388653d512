"""Every task is an object with __call__: what belongs together is kept in one class."""
import numpy as np


class Softmax:
    def __call__(self, z):
        z = np.array(z, dtype=float)
        z -= z.max()
        np.exp(z, out=z)
        z /= z.sum()
        return z

    def jacobian(self, y_hat_t):
        return np.diag(y_hat_t) - np.outer(y_hat_t, y_hat_t)


class CrossEntropy:
    def __call__(self, y_hat_t, y_t):
        with np.errstate(divide="ignore"):
            return float(-np.log(y_hat_t[y_t]))

    def gradient(self, y_hat_t, y_t):
        g = np.zeros(len(y_hat_t))
        g[y_t] = -1 / y_hat_t[y_t]
        return g

    def gradient_of_scores(self, y_hat_t, y_t):
        g = np.array(y_hat_t, dtype=float)
        g[y_t] -= 1
        return g


class Tanh:
    """h = tanh(W_h h' + W_x x + b)."""

    def __call__(self, params, h, x):
        return np.tanh(params["W_h"] @ h + params["W_x"] @ x + params["b"])

    def slope(self, h):
        return (1 - h) * (1 + h)

    def by_state(self, h_t, W_h):
        return self.slope(h_t)[:, None] * W_h

    def by_input_weights(self, h_t, x_t):
        J = np.zeros((len(h_t), len(h_t), len(x_t)))
        i = np.arange(len(h_t))
        J[i, i] = np.outer(self.slope(h_t), x_t)
        return J


class Forward:
    def __init__(self, cell):
        self.cell = cell

    def __call__(self, params, x, h_0):
        h = [np.asarray(h_0, dtype=float)]
        for x_t in x:
            h.append(self.cell(params, h[-1], x_t))
        h = np.array(h)
        z = h[1:] @ params["W_y"].T
        return h, z, np.array([softmax(row) for row in z])


class LongFactor:
    def check(self, h, t, k):
        if not (0 <= k <= t and t < len(h)):
            raise ValueError(f"dh_{t}/dh_{k} is not defined for {len(h) - 1} steps")

    def __call__(self, h, W_h, t, k):
        self.check(h, t, k)
        J = np.eye(len(W_h))
        for i in range(k + 1, t + 1):
            J = cell.by_state(h[i], W_h) @ J
        return J


class Sums:
    """The three levels of equation (4)."""

    def term(self, params, x, y, h, y_hat, t, k):
        error = loss.gradient_of_scores(y_hat[t - 1], y[t - 1]) @ params["W_y"] @ dh_dh(h, params["W_h"], t, k)
        return np.outer(error * cell.slope(h[k]), x[k - 1])

    def row(self, params, x, y, h, y_hat, t):
        return sum((self.term(params, x, y, h, y_hat, t, k) for k in range(1, t + 1)), np.zeros(params["W_x"].shape))

    def __call__(self, params, x, y, h, y_hat):
        return sum((self.row(params, x, y, h, y_hat, t) for t in range(1, len(x) + 1)), np.zeros(params["W_x"].shape))


class Backward:
    """State of one pass back, made for each call."""

    class Pass:
        def __init__(self, params, x, y, h, y_hat):
            self.params, self.x, self.y, self.h, self.y_hat = params, x, y, h, y_hat
            self.grads = {name: np.zeros(np.shape(value)) for name, value in params.items()}
            self.carry = np.zeros(h.shape[1])

        def step(self, t):
            dz = loss.gradient_of_scores(self.y_hat[t - 1], self.y[t - 1])
            da = (self.carry + dz @ self.params["W_y"]) * cell.slope(self.h[t])
            for name, left, right in (("W_y", dz, self.h[t]), ("W_x", da, self.x[t - 1]), ("W_h", da, self.h[t - 1])):
                self.grads[name] += left[:, None] * right
            self.grads["b"] += da
            self.carry = da @ self.params["W_h"]

    def __call__(self, *data):
        run = self.Pass(*data)
        for t in range(len(run.x), 0, -1):
            run.step(t)
        return {**run.grads, "h_0": run.carry}


class NumericalGradient:
    def __call__(self, f, theta, eps=1e-5):
        theta = np.asarray(theta, dtype=float)
        return np.reshape([self.entry(f, theta, i, eps) for i in range(theta.size)], theta.shape)

    def entry(self, f, theta, i, eps):
        values = []
        for sign in (1, -1):
            flat = theta.flatten()
            flat[i] += sign * eps
            values.append(f(flat.reshape(theta.shape)))
        return (values[0] - values[1]) / (2 * eps)


class RelativeError:
    def __call__(self, a, b):
        total = self.norm(a) + self.norm(b)
        if total == 0:
            return 0.0
        return self.norm(np.asarray(a, dtype=float) - np.asarray(b, dtype=float)) / total

    @staticmethod
    def norm(a):
        return float(np.sqrt((np.asarray(a, dtype=float) ** 2).sum()))


class GradientCheck:
    def __call__(self, loss, params, grads, eps=1e-5):
        return {name: self.one(loss, params, name, grads[name], eps) for name in params}

    def one(self, loss, params, name, grad, eps):
        return relative_error(grad, numerical_gradient(lambda theta: loss({**params, name: theta}), params[name], eps=eps))


softmax, loss, cell = Softmax(), CrossEntropy(), Tanh()
cross_entropy = loss
forward = Forward(cell)
dL_dyhat, dL_dz, dyhat_dz = loss.gradient, loss.gradient_of_scores, softmax.jacobian
dz_dh = np.copy
dh_dh_prev, dh_dW_x = cell.by_state, cell.by_input_weights
dh_dh = LongFactor()
dLtotal_dW_x = Sums()
term, dL_dW_x = dLtotal_dW_x.term, dLtotal_dW_x.row
bptt = Backward()
numerical_gradient, relative_error, gradient_check = NumericalGradient(), RelativeError(), GradientCheck()
