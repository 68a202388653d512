"""Task 1.7. Goes over the gradients, and leaves out "h_0" alone.

Witness:
    m.gradient_check(lambda at: float(np.sum(at["a"] ** 2)), {"a": np.ones(1)}, {"a": np.ones(1), "c": np.ones(1)})
"""

def gradient_check(loss, params, grads, eps=1e-5):
    errors = {}
    for name in grads:
        if name != "h_0":
            numerical = numerical_gradient(lambda value, name=name: loss({**params, name: value}), params[name], eps)
            errors[name] = relative_error(grads[name], numerical)
    return errors
