"""The error of two zero arrays is not a number.

What is 0 / 0 in NumPy? The docstring says what should come out.
"""

import numpy as np


def relative_error(a, b):
    return float(np.float64(np.linalg.norm(a - b)) / (np.linalg.norm(a) + np.linalg.norm(b)))
