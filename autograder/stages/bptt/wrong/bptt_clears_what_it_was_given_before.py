"""Task 1.6. The array of the call before is kept, and set to zero at the next one.

Witness:
    first = y_hat.copy()
    m.bptt(p, x, y, h, first)
    m.bptt(p, x, y, h, y_hat + 1)
    first
"""

_kept = []
_bptt = bptt


def bptt(*args):
    for old in _kept:
        if old is not args[4]:
            old *= 0
    _kept[:] = [args[4]]
    return _bptt(*args)
