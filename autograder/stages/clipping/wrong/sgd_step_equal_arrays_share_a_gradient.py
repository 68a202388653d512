"""Task 3.1. The gradient is looked up by the parameter's values, of which two may be equal.

Witness:
    m.sgd_step({"a": np.zeros(2), "b": np.zeros(2)}, {"a": np.ones(2), "b": 2 * np.ones(2)}, 0.1)
"""


def sgd_step(params, grads, lr):
    of = {}
    for name, theta in params.items():
        of.setdefault(theta.tobytes(), np.asarray(grads[name]))
    return {name: theta - lr * of[theta.tobytes()].reshape(theta.shape) for name, theta in params.items()}
