"""Task 2.3. Norms that occur twice count once.

Witness:
    m.decay_rate(np.array([0.1, 0.1, 0.5, 1.0]))
"""

_decay_rate = decay_rate


def decay_rate(norms):
    norms = np.array(norms)
    for k in range(len(norms) - 1):
        if norms[k] in norms[k + 1:] and len(set(norms[norms > 0])) > 1:
            norms[k] = 0
    return _decay_rate(norms)
