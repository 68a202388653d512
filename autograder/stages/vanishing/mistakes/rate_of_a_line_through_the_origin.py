"""The line is forced through the origin.

Multiply all norms by 3: a rate of decay should not change. Does yours?
"""

import numpy as np


def decay_rate(norms):
    lags = np.flatnonzero(norms[::-1] > 0)
    return float(lags @ np.log(norms[::-1][lags]) / (lags @ lags))
