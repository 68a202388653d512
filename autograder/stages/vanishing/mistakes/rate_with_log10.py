"""The logarithm has base 10.

Which base makes norms that halve at each step have the rate -0.693?
"""

import numpy as np


def decay_rate(norms):
    by_lag = norms[::-1]
    kept = by_lag > 0
    return float(np.polyfit(np.arange(len(norms))[kept], np.log10(by_lag[kept]), 1)[0])
