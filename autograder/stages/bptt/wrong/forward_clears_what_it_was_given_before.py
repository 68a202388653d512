"""Task 1.2. The array of the call before is kept, and set to zero at the next one.

Witness:
    first = x.copy()
    m.forward(p, first, h_0)
    m.forward(p, x + 1, h_0)
    first
"""

_kept = []
_forward = forward


def forward(*args):
    for old in _kept:
        if old is not args[1]:
            old *= 0
    _kept[:] = [args[1]]
    return _forward(*args)
