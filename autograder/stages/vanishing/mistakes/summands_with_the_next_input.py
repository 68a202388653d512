"""The summands have x_{k+1} where they should have x_k.

Time runs from 1, the rows of x from 0. Which row is x_k?
"""

import bptt
import numpy as np


def term_norms(params, x, y, h, y_hat, t):
    after = np.roll(x, -1, axis=0)
    return np.array([np.linalg.norm(bptt.term(params, after, y, h, y_hat, t, k)) for k in range(1, t + 1)])
