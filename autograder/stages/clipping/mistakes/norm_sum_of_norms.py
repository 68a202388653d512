"""The norms of the arrays are added up.

Take the arrays [3] and [4]. As one vector, how long is (3, 4)? And what do the two lengths add up to?
"""

import numpy as np


def global_norm(grads):
    return float(sum(np.hypot.reduce(np.ravel(g)) for g in grads.values()))
