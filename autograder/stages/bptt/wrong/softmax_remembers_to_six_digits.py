"""Task 1.1. Remembers the probabilities by the scores rounded to six digits.

Witness:
    m.softmax(np.array([1.0, -2.0, 3.0]))
    m.softmax(np.array([1.0, -2.0 + 2e-7, 3.0]))
"""

_softmax, _seen = softmax, {}


def softmax(z):
    key = np.shape(z), tuple(np.round(np.ravel(z), 6).tolist())
    if key not in _seen:
        _seen[key] = _softmax(z)
    return _seen[key].copy()
