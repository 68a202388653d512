"""Task 1.7. Puts a copy of each array into the dict that was handed in.

Witness:
    one = np.array([1.0])
    params = {"a": one}
    m.gradient_check(lambda at: float(np.sum(at["a"] ** 2)), params, {"a": np.array([2.0])})
    one += 1
    params
"""

def gradient_check(loss, params, grads, eps=1e-5):
    errors = {}
    for name in params:
        old = params[name]

        def f(value, name=name):
            params[name] = value
            return loss(params)

        errors[name] = relative_error(grads[name], numerical_gradient(f, old, eps))
        params[name] = old.copy()
    return errors
