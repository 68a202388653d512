"""Task 1.7. Goes through the names of grads, and fails on "h_0", which is no parameter.

Witness:
    m.gradient_check(lambda at: float((at["a"]**2).sum()), {"a": np.ones(2)}, {"a": 2 * np.ones(2), "h_0": np.ones(3)})
"""


def gradient_check(loss, params, grads, eps=1e-5):
    return {name: relative_error(grads[name], numerical_gradient(lambda v, name=name: loss({**params, name: v}), params[name], eps))
            for name in grads}
