"""The difference of the medians is compared with the factor.

Try medians of 1e-29 and 2e-28. How many times larger is one, and how large is the difference?
"""

import numpy as np


def can_tell_apart(a, b, factor):
    return bool(abs(np.median(a) - np.median(b)) > factor)
