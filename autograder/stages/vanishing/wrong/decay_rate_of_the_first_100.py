"""Task 2.3. The line goes through the first 100 lags alone.

Witness:
    m.decay_rate(np.exp(-np.sqrt(np.arange(200.0)))[::-1])
"""

_decay_rate = decay_rate


def decay_rate(norms):
    return _decay_rate(np.asarray(norms)[-100:])
