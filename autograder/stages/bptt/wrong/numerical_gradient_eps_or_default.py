"""Task 1.7. Holds eps above 1e-6.

Witness:
    m.numerical_gradient(lambda a: float(np.sin(1e7 * a).sum()), np.zeros(2), 1e-7)
"""


def numerical_gradient(f, theta, eps=1e-5):
    eps = max(eps, 1e-6)
    theta = np.array(theta, dtype=float)
    grad = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[i] = eps
        grad[i] = (f(theta + step) - f(theta - step)) / (2 * eps)
    return grad
