"""Task 1.7. Gives an entry for "h_0" too, which is in grads and not in params: always 0.

Witness:
    m.gradient_check(lambda at: float((at["a"]**2).sum()), {"a": np.ones(2)}, {"a": 2 * np.ones(2), "h_0": np.ones(3)})
"""


def gradient_check(loss, params, grads, eps=1e-5):
    errors = {name: 0.0 for name in grads}
    for name, theta in params.items():
        errors[name] = relative_error(grads[name], numerical_gradient(lambda v, name=name: loss({**params, name: v}), theta, eps))
    return errors
