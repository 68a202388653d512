"""Task 4.2. Remembers the outputs by the cell and the tensor, whatever is in it by now.

Witness:
    made, one = cell(m, "RNNCell"), xs.clone()
    m.unroll(made, one)
    one *= 2
    plain(m.unroll(made, one)[0])
"""

_known = {}
_unroll = unroll


def unroll(cell, x, state=None):
    key = id(cell), id(x), state is None
    if key not in _known:
        _known[key] = _unroll(cell, x, state)
    return _known[key]
