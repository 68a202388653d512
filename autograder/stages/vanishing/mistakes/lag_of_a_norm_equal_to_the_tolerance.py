"""A norm equal to the tolerance counts as vanished.

Read the condition once more: less than, or at most?
"""

import numpy as np


def vanishing_lag(norms, tolerance):
    lags = np.flatnonzero(norms[::-1] <= tolerance)
    return int(lags[0]) if len(lags) else None
