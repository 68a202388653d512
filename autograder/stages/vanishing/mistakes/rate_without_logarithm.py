"""The line is fitted to the norms, not to their logarithms.

For norms that halve at each step, what should the rate be?
"""

import numpy as np


def decay_rate(norms):
    lags, by_lag = np.arange(len(norms)), norms[::-1]
    kept = by_lag > 0
    return float(np.polyfit(lags[kept], by_lag[kept], 1)[0])
