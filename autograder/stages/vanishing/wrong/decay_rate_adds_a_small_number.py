"""Task 2.3. log(norm + 1e-15).

Witness:
    m.decay_rate(np.array([1e-20, 1e-9, 1.0]))
"""


def decay_rate(norms):
    by_lag = np.asarray(norms, dtype=float)[::-1]
    lags = np.arange(len(by_lag))
    kept = by_lag > 0
    return np.polyfit(lags[kept], np.log(by_lag[kept] + 1e-15), 1)[0]
