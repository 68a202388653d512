"""The norm is the sum of the absolute values.

Which norm does Algorithm 1 have? What is the length of the vector (3, 4)?
"""

import numpy as np


def global_norm(grads):
    return float(sum(np.abs(g).sum() for g in grads.values()))
