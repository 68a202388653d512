"""Entries that were moved are not put back before the next one is.

When the second entry is tried, what is the first one? A gradient moves one entry at a time.
"""

import numpy as np


def numerical_gradient(f, theta, eps=1e-5):
    theta = theta.copy()
    grad = np.zeros(theta.shape)
    for index in np.ndindex(theta.shape):
        theta[index] += eps
        above = f(theta)
        theta[index] -= 2 * eps
        grad[index] = (above - f(theta)) / (2 * eps)
    return grad
