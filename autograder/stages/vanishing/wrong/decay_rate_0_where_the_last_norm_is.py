"""Task 2.3. Where the norm at lag 0 is 0, all is 0.

Witness:
    m.decay_rate(np.array([0.1, 0.5, 1.0, 0.0]))
"""

_decay_rate = decay_rate


def decay_rate(norms):
    return _decay_rate(norms) if norms[-1] else 0.0
