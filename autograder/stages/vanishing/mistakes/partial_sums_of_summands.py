"""Each norm is that of a sum of summands.

The question is what one step k adds on its own. Does your value for k hold other steps as well?
"""

import bptt
import numpy as np


def term_norms(params, x, y, h, y_hat, t):
    terms = [bptt.term(params, x, y, h, y_hat, t, k) for k in range(1, t + 1)]
    return np.array([np.linalg.norm(total) for total in np.cumsum(terms, axis=0)])
