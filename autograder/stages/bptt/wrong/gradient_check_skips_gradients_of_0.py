"""Task 1.7. A gradient that is 0 everywhere, forgotten perhaps, is not checked.

Witness:
    m.gradient_check(lambda at: float((at["a"]**2).sum()), {"a": np.ones(2)}, {"a": np.zeros(2)})
"""

_gradient_check = gradient_check


def gradient_check(loss, params, grads, eps=1e-5):
    return {name: error for name, error in _gradient_check(loss, params, grads, eps).items() if np.any(grads[name])}
