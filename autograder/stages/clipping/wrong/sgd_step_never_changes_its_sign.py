"""Task 3.1. A parameter that would change its sign stops at 0.

Witness:
    m.sgd_step({"a": np.array([1.0])}, {"a": np.array([3.0])}, 1.0)
"""

_sgd_step = sgd_step


def sgd_step(params, grads, lr):
    new = _sgd_step(params, grads, lr)
    return {name: np.where(new[name] * params[name] < 0, 0.0, new[name]) for name in params}
