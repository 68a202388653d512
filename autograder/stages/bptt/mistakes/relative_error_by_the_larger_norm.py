"""The difference is divided by the larger norm instead of the sum of both.

Try two opposite vectors. The docstring says between which numbers the error lies.
"""

import numpy as np


def relative_error(a, b):
    scale = max(np.linalg.norm(a), np.linalg.norm(b))
    return 0.0 if scale == 0 else float(np.linalg.norm(a - b) / scale)
