"""Task 2.6. A longer sequence is read from its last 200 words on.

Witness:
    m.early_gradients({**p, "W_h": np.eye(3), "W_x": 0.01 * p["W_x"], "b": np.zeros(3)}, [np.full((300, 2), 0.01)], [0])
"""

_early_gradients = early_gradients


def early_gradients(params, sequences, targets):
    return _early_gradients(params, [x[-200:] for x in sequences], targets)
