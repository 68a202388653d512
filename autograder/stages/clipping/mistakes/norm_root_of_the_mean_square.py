"""The norm is divided by the root of the number of entries.

Is ‖g‖ a sum of squares under the root, or their mean?
"""

import numpy as np


def global_norm(grads):
    return float(np.sqrt(np.mean(np.concatenate([np.ravel(g) for g in grads.values()]) ** 2)))
