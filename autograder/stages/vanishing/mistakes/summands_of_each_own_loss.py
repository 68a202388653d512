"""Each summand belongs to the loss of its own step.

In equation (3) the loss is that of step t in every summand, and k alone changes. Which two steps does yours name?
"""

import bptt
import numpy as np


def term_norms(params, x, y, h, y_hat, t):
    return np.array([np.linalg.norm(bptt.term(params, x, y, h, y_hat, k, k)) for k in range(1, t + 1)])
