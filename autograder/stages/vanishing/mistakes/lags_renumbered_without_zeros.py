"""The norms that are left after removing zeros are renumbered.

Put a 0 in the middle of norms that halve at each step. Is the next one at its own lag, or one lag too near?
"""

import numpy as np


def decay_rate(norms):
    kept = norms[norms > 0][::-1]
    return float(np.polyfit(np.arange(len(kept)), np.log(kept), 1)[0])
