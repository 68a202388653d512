"""Task 1.7. Checks matrices alone, and calls every vector right.

Witness:
    q = {"a": np.array([1.0, 2.0])}
    m.gradient_check(lambda at: float((at["a"]**2).sum()), q, {"a": np.ones(2)})
"""


def gradient_check(loss, params, grads, eps=1e-5):
    errors = {}
    for name, theta in params.items():
        numerical = numerical_gradient(lambda v, name=name: loss({**params, name: v}), theta, eps)
        errors[name] = relative_error(grads[name], numerical) if theta.ndim > 1 else 0.0
    return errors
