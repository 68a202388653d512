"""Task 1.7. One error for all parameters together, given to each of them.

Witness:
    q = {"a": np.array([1.0, 2.0]), "b": np.array([3.0, 4.0])}
    m.gradient_check(lambda at: float((at["a"]**2).sum() + at["b"].sum()), q, {"a": 2 * q["a"], "b": np.zeros(2)})["a"] < 1e-6
"""


def gradient_check(loss, params, grads, eps=1e-5):
    numerical = [numerical_gradient(lambda v, name=name: loss({**params, name: v}), params[name], eps).ravel() for name in params]
    given = [np.ravel(grads[name]) for name in params]
    return dict.fromkeys(params, relative_error(np.concatenate(given), np.concatenate(numerical)))
