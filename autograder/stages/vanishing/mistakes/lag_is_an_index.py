"""The index k is returned, where the lag is asked for.

An array of norms is in the order of k. How far is index k from the last step t?
"""

import numpy as np


def vanishing_lag(norms, tolerance):
    small = np.flatnonzero(norms < tolerance)
    return int(small[-1]) if len(small) else None
