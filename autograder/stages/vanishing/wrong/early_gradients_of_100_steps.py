"""Task 2.6. Of a long sequence the last 100 steps alone are read.

Witness:
    net = {"W_x": np.zeros((1, 2)), "W_h": np.array([[1.03]]), "b": np.zeros(1), "W_y": np.array([[1.0], [-1.0]])}
    np.asarray(m.early_gradients(net, [np.ones((120, 2))], [0]))
"""

_early_gradients = early_gradients


def early_gradients(params, sequences, targets):
    return _early_gradients(params, [x[-100:] for x in sequences], targets)
