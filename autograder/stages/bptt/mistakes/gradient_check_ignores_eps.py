"""gradient_check does not pass its eps on.

Call it with eps = 1e-5 and with eps = 0.5 on a loss that is not quadratic. Should both give the same errors?
"""


def gradient_check(loss, params, grads, eps=1e-5):
    errors = {}
    for name, theta in params.items():
        numerical = numerical_gradient(lambda value, name=name: loss({**params, name: value}), theta)
        errors[name] = relative_error(grads[name], numerical)
    return errors
