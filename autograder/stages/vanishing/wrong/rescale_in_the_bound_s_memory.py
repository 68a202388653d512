"""Task 2.2, 2.3. rescale overwrites the last bound.

Witness:
    one = m.decay_bound(p["W_h"], 3)
    m.rescale(p["W_h"], 0.5)
    one
"""

_out = []
_decay_bound, _rescale = decay_bound, rescale


def decay_bound(W_h, t):
    _out[:] = [_decay_bound(W_h, t)]
    return _out[0]


def rescale(W_h, radius):
    for bound in _out:
        bound[:] = radius
    return _rescale(W_h, radius)
