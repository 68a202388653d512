"""The sign of the rate is that of a step forward in time.

The norms are in the order of k, and the lag is t - k. In which direction does the lag grow? A vanishing gradient
should have a negative rate.
"""

import numpy as np


def decay_rate(norms):
    kept = norms > 0
    return float(np.polyfit(np.arange(len(norms))[kept], np.log(norms[kept]), 1)[0])
