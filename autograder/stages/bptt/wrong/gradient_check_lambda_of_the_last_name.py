"""Task 1.7. The numerical gradients are made after the loop over the names, which by then is at the last one.

Witness:
    q = {"a": np.array([1.0, 2.0]), "b": np.array([3.0, 4.0])}
    g = {"a": 2 * q["a"], "b": np.ones(2)}
    m.gradient_check(lambda at: float((at["a"]**2).sum() + at["b"].sum()), q, g)["a"] < 1e-6
"""


def gradient_check(loss, params, grads, eps=1e-5):
    tries = []
    for name, theta in params.items():
        tries.append((theta, lambda value: loss({**params, name: value})))
    return {name: relative_error(grads[name], numerical_gradient(f, theta, eps))
            for name, (theta, f) in zip(params, tries)}
