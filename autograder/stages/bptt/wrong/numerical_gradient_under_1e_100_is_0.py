"""Task 1.7. A slope below 1e-100 is taken for noise.

Witness:
    m.numerical_gradient(lambda at: 1e-200 * float(np.sum(at**2)), np.array([1.0, 2.0]))
"""

_numerical_gradient = numerical_gradient


def numerical_gradient(f, theta, eps=1e-5):
    grad = _numerical_gradient(f, theta, eps)
    grad[np.abs(grad) < 1e-100] = 0
    return grad
