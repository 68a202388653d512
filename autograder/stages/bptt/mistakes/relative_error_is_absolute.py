"""The error is not relative.

Multiply both arrays by 1,000,000. Should the error change?
"""

import numpy as np


def relative_error(a, b):
    return float(np.linalg.norm(a - b))
