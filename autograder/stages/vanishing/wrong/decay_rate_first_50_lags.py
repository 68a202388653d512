"""Task 2.3. The line goes through the first 50 lags alone.

Witness:
    m.decay_rate(np.concatenate([np.ones(20), 0.5 ** np.arange(50.0)[::-1]]))
"""


def decay_rate(norms):
    by_lag = np.asarray(norms, dtype=float)[::-1]
    lags = np.arange(len(by_lag))
    kept = (by_lag > 0) & (lags < 50)
    return np.polyfit(lags[kept], np.log(by_lag[kept]), 1)[0]
