"""Task 1.2. States, scores and probabilities lie in three sets of arrays, which are filled in turn.

Witness:
    first = m.forward(p, x, h_0)
    for scale in (2, 3, 4):
        m.forward(p, scale * x, h_0)
    first
"""

_sets = {}
_turn = [0]
_forward = forward


def forward(params, x, h_0):
    _turn[0] += 1
    found = []
    for place, value in enumerate(_forward(params, x, h_0)):
        kept = _sets.setdefault((_turn[0] % 3, place, value.shape), np.empty(value.shape))
        kept[...] = value
        found.append(kept)
    return tuple(found)
