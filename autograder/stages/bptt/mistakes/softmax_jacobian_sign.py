"""The entries beside the diagonal of the softmax's Jacobian have the wrong sign.

When one score grows, do the probabilities of the other classes grow or shrink? What must each column add up to?
"""

import numpy as np


def dyhat_dz(y_hat_t):
    jacobian = np.outer(y_hat_t, y_hat_t)
    np.fill_diagonal(jacobian, y_hat_t * (1 - y_hat_t))
    return jacobian
