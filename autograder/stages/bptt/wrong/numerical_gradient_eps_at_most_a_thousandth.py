"""Task 1.7. An eps above 1/1000 is held to be a slip.

Witness:
    m.numerical_gradient(lambda theta: float((theta**3).sum()), np.array([1.0, 2.0]), 0.5)
"""

_numerical_gradient = numerical_gradient


def numerical_gradient(f, theta, eps=1e-5):
    return _numerical_gradient(f, theta, min(eps, 1e-3))
