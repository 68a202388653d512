"""Task 1.7. Each entry is moved by eps times its own size, where that is above 1.

Witness:
    m.numerical_gradient(lambda a: float((a**3).sum()), np.array([3.0, 1.0]), 0.5)
"""


def numerical_gradient(f, theta, eps=1e-5):
    theta = np.array(theta, dtype=float)
    grad = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[i] = eps * max(1.0, abs(theta[i]))
        grad[i] = (f(theta + step) - f(theta - step)) / (2 * step[i])
    return grad
