"""dL_dz is zero for all classes but the right one.

The loss reads one probability, but that probability depends on every score. Multiply `dL_dyhat @ dyhat_dz` out for
three classes.
"""

import numpy as np


def dL_dz(y_hat_t, y_t):
    grad = np.zeros(len(y_hat_t))
    grad[y_t] = y_hat_t[y_t] - 1
    return grad
