"""Task 2.3. A rate above 0 is given as 0: a norm cannot grow.

Witness:
    m.decay_rate(np.array([4.0, 2.0, 1.0]))
"""


def decay_rate(norms):
    by_lag = np.asarray(norms, dtype=float)[::-1]
    lags = np.arange(len(by_lag))
    kept = by_lag > 0
    return min(np.polyfit(lags[kept], np.log(by_lag[kept]), 1)[0], 0.0)
