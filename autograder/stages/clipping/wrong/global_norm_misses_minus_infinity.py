"""Task 3.2. Only +Inf counts as infinite; -Inf is held to be very small.

Witness:
    m.global_norm({"a": np.array([-np.inf, 3.0])})
"""

_global_norm = global_norm


def global_norm(grads):
    return _global_norm({name: np.where(np.isneginf(np.asarray(g, float)), 0.0, g) for name, g in grads.items()})
