"""dL_dyhat has the wrong sign.

When the probability of the right class grows a little, does the loss grow or shrink?
"""

import numpy as np


def dL_dyhat(y_hat_t, y_t):
    grad = np.zeros(len(y_hat_t))
    grad[y_t] = 1 / y_hat_t[y_t]
    return grad
