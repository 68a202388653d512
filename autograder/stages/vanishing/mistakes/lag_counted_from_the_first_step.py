"""The search starts at k = 0, so the largest lag is found.

The array begins with the step that is farthest back. From which end does the smallest lag come first?
"""

import numpy as np


def vanishing_lag(norms, tolerance):
    small = np.flatnonzero(norms < tolerance)
    return len(norms) - 1 - int(small[0]) if len(small) else None
