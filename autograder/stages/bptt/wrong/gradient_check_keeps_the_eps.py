"""Task 1.7. Does not hand its eps on.

Witness:
    q = {"a": np.array([1.0, 2.0])}
    m.gradient_check(lambda at: float((at["a"]**3).sum()), q, {"a": 3 * q["a"]**2}, 0.5)
Named: gradient-check-ignores-eps
"""


def gradient_check(loss, params, grads, eps=1e-5):
    return {name: relative_error(grads[name], numerical_gradient(lambda v: loss({**params, name: v}), params[name]))
            for name in params}
