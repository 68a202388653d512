"""Task 3.2. The new arrays lie in 3 sets, which are filled in turn.

Witness:
    first = m.clip_by_norm(p, 0.1)[0]
    for value in [0.2, 0.3, 0.4]:
        m.clip_by_norm(p, value)[0]
    first
"""

_sets = {}
_turn = [0]
_clip_by_norm = clip_by_norm


def clip_by_norm(grads, threshold):
    _turn[0] += 1
    new, norm = _clip_by_norm(grads, threshold)
    for name, value in new.items():
        kept = _sets.setdefault((_turn[0] % 3, name, np.shape(value)), np.empty(np.shape(value)))
        kept[...] = value
        new[name] = kept
    return new, norm
