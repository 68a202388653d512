"""Task 2.3. Norms under 1e-300 are left out with the zeros.

Witness:
    m.decay_rate(np.array([3e-304, 1e-301, 1e-120, 1.0]))
"""


def decay_rate(norms):
    by_lag = np.asarray(norms, dtype=float)[::-1]
    lags = np.arange(len(by_lag))
    kept = by_lag > 1e-300
    return np.polyfit(lags[kept], np.log(by_lag[kept]), 1)[0]
