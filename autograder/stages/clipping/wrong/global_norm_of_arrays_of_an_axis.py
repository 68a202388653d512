"""Task 3.2. Arrays without an axis are left out.

Witness:
    m.global_norm({"a": np.array(3.0), "b": np.array([4.0])})
"""

_global_norm = global_norm


def global_norm(grads):
    with_axis = {name: g for name, g in grads.items() if np.ndim(g)}
    return _global_norm(with_axis) if with_axis else 0.0
