"""Task 1.7. An eps below 1e-6 is held to be too small.

Witness:
    m.numerical_gradient(lambda theta: float((theta**3).sum()), np.array([1e-8, 2e-8]), 1e-8)
"""

_numerical_gradient = numerical_gradient


def numerical_gradient(f, theta, eps=1e-5):
    return _numerical_gradient(f, theta, max(eps, 1e-6))
