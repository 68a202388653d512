"""Medians that differ by exactly the factor count as told apart.

More than, or at least? Try medians of 1 and 2 with the factor 2.
"""

import numpy as np


def can_tell_apart(a, b, factor):
    small, large = sorted([np.median(a), np.median(b)])
    return bool(large >= factor * small)
