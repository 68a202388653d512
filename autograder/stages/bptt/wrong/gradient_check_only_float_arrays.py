"""Task 1.7. Of parameters in integers the numbers are moved as integers.

Witness:
    m.gradient_check(lambda at: float(np.sum(at["a"] ** 2)), {"a": np.array([1, 2])}, {"a": np.array([2.0, 4.0])})
"""


def gradient_check(loss, params, grads, eps=1e-5):
    errors = {}
    for name, theta in params.items():
        numerical = np.zeros(theta.shape)
        for index in np.ndindex(theta.shape):
            up, down = theta.copy(), theta.copy()
            up[index] += np.asarray(eps).astype(theta.dtype)
            down[index] -= np.asarray(eps).astype(theta.dtype)
            numerical[index] = (loss({**params, name: up}) - loss({**params, name: down})) / (2 * eps)
        errors[name] = relative_error(grads[name], numerical)
    return errors
