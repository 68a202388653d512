"""Task 4.2. The outputs of a shape lie in three tensors, which are filled in turn.

Witness:
    made = cell(m, "RNNCell")
    first = m.unroll(made, xs)[0]
    for scale in (2, 3, 4):
        m.unroll(made, scale * xs)
    plain(first)
"""

_ring = {}
_turn = [0]
_unroll = unroll


def unroll(cell, x, state=None):
    outputs, last = _unroll(cell, x, state)
    _turn[0] += 1
    kept = _ring.setdefault((tuple(outputs.shape), _turn[0] % 3), torch.empty_like(outputs))
    return kept.detach().copy_(outputs), last
