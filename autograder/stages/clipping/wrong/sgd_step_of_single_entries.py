"""Task 3.1. Arrays of one entry are left as they are.

Witness:
    m.sgd_step({"a": np.array([1.0])}, {"a": np.array([3.0])}, 1.0)
"""

_sgd_step = sgd_step


def sgd_step(params, grads, lr):
    return {name: params[name].copy() if params[name].size == 1 else new for name, new in _sgd_step(params, grads, lr).items()}
