"""Task 3.2. Only the four parameters of the course are looked for: other keys are not counted.

Witness:
    m.global_norm({"W": np.array([3.0]), "b": np.array([4.0])})
"""


def global_norm(grads):
    found = [np.ravel(grads[name]) for name in ("W_x", "W_h", "b", "W_y") if name in grads]
    return float(np.hypot.reduce(np.concatenate([*found, [0.0]])))
