"""Task 1.5. The array of the call before is kept, and set to zero at the next one.

Witness:
    first = x.copy()
    m.term(p, first, y, h, y_hat, 2, 1)
    m.term(p, x + 1, y, h, y_hat, 2, 1)
    first
"""

_kept = []
_term = term


def term(*args):
    for old in _kept:
        if old is not args[1]:
            old *= 0
    _kept[:] = [args[1]]
    return _term(*args)
