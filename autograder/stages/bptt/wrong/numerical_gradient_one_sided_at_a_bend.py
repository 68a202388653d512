"""Task 1.7. Where both sides have another slope, the one to the right is taken.

Witness:
    m.numerical_gradient(lambda at: float(np.sum(np.maximum(at, 0))), np.zeros(2), 0.25)
"""

_numerical_gradient = numerical_gradient


def numerical_gradient(f, theta, eps=1e-5):
    grad, theta = _numerical_gradient(f, theta, eps), np.asarray(theta, dtype=float)
    middle = f(theta)
    for index in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[index] = eps
        right, left = f(theta + step) - middle, middle - f(theta - step)
        if (right == 0) != (left == 0):
            grad[index] = right / eps
    return grad
