"""Task 3.2. np.linalg.norm of each array, and of the norms: it squares too, and overflows at 1e200.

Witness:
    m.global_norm({"a": np.full(4, 1e200), "b": np.ones(1)})
"""


def global_norm(grads):
    return float(np.linalg.norm([np.linalg.norm(g) for g in grads.values()]))
