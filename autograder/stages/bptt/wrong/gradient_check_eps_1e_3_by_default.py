"""Task 1.7. Unless told, the step is 1e-3, not 1e-5.

Witness:
    m.gradient_check(lambda at: float(np.sum(np.sin(1e5 * at["b"]))), {"b": np.zeros(2)}, {"b": np.full(2, 1e5)})["b"]
"""

_gradient_check = gradient_check


def gradient_check(loss, params, grads, eps=1e-3):
    return _gradient_check(loss, params, grads, eps)
