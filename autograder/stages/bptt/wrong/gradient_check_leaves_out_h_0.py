"""Task 1.7. Leaves out "h_0", be it among the parameters or not.

Witness:
    m.gradient_check(lambda at: float(np.sum(at["h_0"] ** 2)), {"h_0": np.ones(1)}, {"h_0": np.ones(1)})
"""

def gradient_check(loss, params, grads, eps=1e-5):
    errors = {}
    for name in params:
        if name != "h_0":
            numerical = numerical_gradient(lambda value, name=name: loss({**params, name: value}), params[name], eps)
            errors[name] = relative_error(grads[name], numerical)
    return errors
