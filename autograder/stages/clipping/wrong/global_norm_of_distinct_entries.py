"""Task 3.2. Entries that occur twice count once.

Witness:
    m.global_norm({"a": np.array([3.0, 3.0, 4.0])})
"""

_global_norm = global_norm


def global_norm(grads):
    return _global_norm({"": np.unique(np.concatenate([np.ravel(g) for g in grads.values()]))})
