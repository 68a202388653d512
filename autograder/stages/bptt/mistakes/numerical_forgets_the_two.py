"""The numerical gradient is twice too large.

How far apart are the two points at which f is taken?
"""

import numpy as np


def numerical_gradient(f, theta, eps=1e-5):
    grad = np.zeros(theta.shape)
    for index in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[index] = eps
        grad[index] = (f(theta + step) - f(theta - step)) / eps
    return grad
