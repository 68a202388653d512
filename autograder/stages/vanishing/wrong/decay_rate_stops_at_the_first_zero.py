"""Task 2.3. What lies beyond the first zero is left out too.

Witness:
    m.decay_rate(np.array([0.2, 0.0, 0.5, 1.0]))
"""


def decay_rate(norms):
    by_lag = np.asarray(norms, dtype=float)[::-1]
    lags = np.arange(len(by_lag))
    zeros = np.flatnonzero(by_lag == 0)
    n = zeros[0] if len(zeros) and zeros[0] > 1 else len(by_lag)
    kept = lags[:n][by_lag[:n] > 0]
    if len(kept) < 2:
        kept = lags[by_lag > 0]
    return np.polyfit(kept, np.log(by_lag[kept]), 1)[0]
