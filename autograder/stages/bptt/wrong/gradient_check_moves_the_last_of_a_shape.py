"""Task 1.7. Of several arrays of one shape it always moves the last.

Witness:
    q = {"a": np.array([1.0, 2.0]), "b": np.array([3.0, 4.0])}
    m.gradient_check(lambda at: float((at["a"]**2).sum() + at["b"].sum()), q, {"a": 2 * q["a"], "b": np.ones(2)})["a"] < 1e-6
"""


def gradient_check(loss, params, grads, eps=1e-5):
    names = {np.shape(value): name for name, value in params.items()}
    return {name: relative_error(grads[name], numerical_gradient(
        lambda value: loss({**params, names[np.shape(value)]: value}), params[name], eps)) for name in params}
