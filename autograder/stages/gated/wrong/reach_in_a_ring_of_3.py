"""Task 4.5. The norms of each length lie in arrays that are filled in turn.

Witness:
    made = cell(m, "RNNCell")
    first = m.gradient_reach(made, 3, 0)
    for seed in (1, 2, 3):
        m.gradient_reach(made, 3, seed)
    plain(first)
"""

_ring = {}
_turn = [0]
_gradient_reach = gradient_reach


def gradient_reach(cell, length, seed):
    _turn[0] += 1
    norms = torch.as_tensor(_gradient_reach(cell, length, seed))
    kept = _ring.setdefault((length, _turn[0] % 3), torch.empty_like(norms))
    return kept.copy_(norms)
