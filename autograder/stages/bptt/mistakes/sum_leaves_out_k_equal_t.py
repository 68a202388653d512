"""The sum over k leaves out k = t.

With t = 1 there is one summand: is it there? Mind that `range` leaves out its end.
"""

import numpy as np


def dL_dW_x(params, x, y, h, y_hat, t):
    return sum((term(params, x, y, h, y_hat, t, k) for k in range(1, t)), np.zeros_like(params["W_x"]))
