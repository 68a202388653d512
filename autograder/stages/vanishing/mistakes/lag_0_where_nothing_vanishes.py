"""Lag 0 is returned where no norm falls below the tolerance.

What does np.argmax return for an array that holds False only? How would a caller know that nothing vanished?
"""

import numpy as np


def vanishing_lag(norms, tolerance):
    return int(np.argmax(norms[::-1] < tolerance))
