"""Task 1.4. The array of the call before is kept, and set to zero at the next one.

Witness:
    first = h.copy()
    m.dh_dh(first, p["W_h"], 2, 1)
    m.dh_dh(h + 1, p["W_h"], 2, 1)
    first
"""

_kept = []
_dh_dh = dh_dh


def dh_dh(*args):
    for old in _kept:
        if old is not args[0]:
            old *= 0
    _kept[:] = [args[0]]
    return _dh_dh(*args)
