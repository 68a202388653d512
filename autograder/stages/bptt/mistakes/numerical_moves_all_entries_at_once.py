"""All entries are moved together.

That gives the slope in one direction, one number. How many times must f be called for a theta of n entries?
"""

import numpy as np


def numerical_gradient(f, theta, eps=1e-5):
    return np.full(theta.shape, (f(theta + eps) - f(theta - eps)) / (2 * eps))
