"""Task 2.3. The median of the changes from lag to lag.

Witness:
    m.decay_rate(np.array([0.3, 0.2, 0.9, 1.0]))
"""


def decay_rate(norms):
    by_lag = np.asarray(norms, dtype=float)[::-1]
    lags = np.arange(len(by_lag))
    kept = by_lag > 0
    return np.median(np.diff(np.log(by_lag[kept])) / np.diff(lags[kept]))
