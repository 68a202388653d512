"""The summands are those of the last loss L_T, whatever t is.

Call the function with a t before the end. Whose error does L_t hold?
"""

import bptt
import numpy as np


def term_norms(params, x, y, h, y_hat, t):
    return np.array([np.linalg.norm(bptt.term(params, x, y, h, y_hat, len(x), k)) for k in range(1, t + 1)])
