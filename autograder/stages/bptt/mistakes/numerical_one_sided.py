"""The numerical gradient moves to one side only.

Try it on theta^2 at theta = 0 with eps = 0.1. What should come out, and what does?
"""

import numpy as np


def numerical_gradient(f, theta, eps=1e-5):
    grad = np.zeros(theta.shape)
    for index in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[index] = eps
        grad[index] = (f(theta + step) - f(theta)) / eps
    return grad
