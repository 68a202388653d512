"""Task 3.1. With a rate of 0 the caller"s own arrays are handed back.

Witness:
    q = {"b": np.zeros(2)}
    new = m.sgd_step(q, {"b": np.ones(2)}, 0.0)
    q["b"] += 1
    new
"""

_sgd_step = sgd_step


def sgd_step(params, grads, lr):
    return dict(params) if lr == 0 else _sgd_step(params, grads, lr)
