"""Task 1.1. The array of the call before is kept, and set to zero at the next one.

Witness:
    first = np.array([0.0, 1.0])
    m.softmax(first)
    m.softmax(np.array([1.0, 2.0, 3.0]))
    first
"""

_kept = []
_softmax = softmax


def softmax(*args):
    for old in _kept:
        if old is not args[0]:
            old *= 0
    _kept[:] = [args[0]]
    return _softmax(*args)
