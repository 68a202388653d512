"""Task 3.1. sgd_step keeps each result, and returns the same arrays again: a caller that changes them changes the next answer.

Witness:
    m.sgd_step({"b": np.ones(2)}, {"b": np.ones(2)}, 0.5)["b"][0] = 7
    m.sgd_step({"b": np.ones(2)}, {"b": np.ones(2)}, 0.5)
"""

_sgd_step, _kept = sgd_step, {}


def sgd_step(params, grads, lr):
    key = repr([(name, theta.shape, theta.tobytes(), np.asarray(grads[name]).tobytes()) for name, theta in params.items()] + [lr])
    if key not in _kept:
        _kept[key] = _sgd_step(params, grads, lr)
    return dict(_kept[key])
