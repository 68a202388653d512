"""The Jacobian of the softmax has its diagonal only.

The probabilities add up to 1. When one score grows, what happens to the probabilities of the other classes?
"""

import numpy as np


def dyhat_dz(y_hat_t):
    return np.diag(y_hat_t * (1 - y_hat_t))
