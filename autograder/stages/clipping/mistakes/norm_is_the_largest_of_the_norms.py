"""The norm is that of the longest array alone.

All arrays are one long vector. How do the lengths of its parts add up?
"""

import numpy as np


def global_norm(grads):
    return float(max(np.linalg.norm(g) for g in grads.values()))
