"""The error is divided by the norm of one array only.

Let a and b change places. Does the error change? And what is it when that one array is zero?
"""

import numpy as np


def relative_error(a, b):
    scale = np.linalg.norm(b)
    return 0.0 if scale == 0 else float(np.linalg.norm(a - b) / scale)
