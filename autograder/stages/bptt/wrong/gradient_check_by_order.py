"""Task 1.7. Pairs params and grads by their order in the dicts, not by name.

Witness:
    q = {"a": np.array([1.0, 2.0]), "b": np.array([3.0, 4.0])}
    m.gradient_check(lambda at: float((at["a"]**2).sum() + at["b"].sum()), q, {"b": np.ones(2), "a": 2 * q["a"]})["a"] < 1e-6
"""


def gradient_check(loss, params, grads, eps=1e-5):
    errors = {}
    for (name, theta), grad in zip(params.items(), grads.values()):
        numerical = numerical_gradient(lambda value, name=name: loss({**params, name: value}), theta, eps)
        errors[name] = relative_error(grad, numerical)
    return errors
