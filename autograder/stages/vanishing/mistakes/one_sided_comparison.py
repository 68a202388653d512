"""Only the first set may be the larger one.

Exchange the two sets: the answer should stay the same. Does yours?
"""

import numpy as np


def can_tell_apart(a, b, factor):
    return bool(np.median(a) > factor * np.median(b))
