"""The relative error is that of the worst entry.

The docstring asks for norms of whole arrays. What does yours say when one entry of a hundred is tiny and wrong?
"""

import numpy as np


def relative_error(a, b):
    return float(np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))))
