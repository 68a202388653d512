"""The means are compared.

One sequence of a hundred has a gradient a thousand times as large as the others. What does it do to the mean, and
what to the median?
"""

import numpy as np


def can_tell_apart(a, b, factor):
    small, large = sorted([np.mean(a), np.mean(b)])
    return bool(large > factor * small)
