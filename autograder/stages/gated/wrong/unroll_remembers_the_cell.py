"""Task 4.2. The outputs are remembered by the cell and the numbers in x, whatever the cell's weights are by now.

Witness:
    made = cell(m, "RNNCell")
    m.unroll(made, xs)
    filled(made, 0.2)
    plain(m.unroll(made, xs)[0])
"""

_known = {}
_unroll = unroll


def unroll(cell, x, state=None):
    if x.requires_grad:
        return _unroll(cell, x, state)
    parts = state if isinstance(state, tuple) else () if state is None else (state,)
    key = cell, x.shape, x.numpy().tobytes(), tuple(one.detach().numpy().tobytes() for one in parts)
    if key not in _known:
        _known[key] = _unroll(cell, x, state)
    return _known[key]
