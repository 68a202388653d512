"""Task 2.3. Large norms count more.

Witness:
    m.decay_rate(np.array([0.3, 0.2, 0.9, 1.0]))
"""


def decay_rate(norms):
    by_lag = np.asarray(norms, dtype=float)[::-1]
    lags = np.arange(len(by_lag))
    kept = by_lag > 0
    return np.polyfit(lags[kept], np.log(by_lag[kept]), 1, w=np.sqrt(by_lag[kept]))[0]
