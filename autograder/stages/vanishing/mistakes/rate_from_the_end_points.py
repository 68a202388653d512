"""The rate uses the first and the last norm only.

Scatter the norms between the two ends: your rate does not notice. What does the least-squares line do?
"""

import numpy as np


def decay_rate(norms):
    lags = np.flatnonzero(norms[::-1] > 0)
    logs = np.log(norms[::-1][lags])
    return float((logs[-1] - logs[0]) / (lags[-1] - lags[0]))
