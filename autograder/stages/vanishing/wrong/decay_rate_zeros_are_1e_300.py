"""Task 2.3. Zeros count as 1e-300.

Witness:
    m.decay_rate(np.array([0.0, 0.25, 0.5, 1.0]))
"""


def decay_rate(norms):
    by_lag = np.asarray(norms, dtype=float)[::-1]
    lags = np.arange(len(by_lag))
    return np.polyfit(lags, np.log(np.maximum(by_lag, 1e-300)), 1)[0]
