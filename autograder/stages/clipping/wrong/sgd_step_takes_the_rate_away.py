"""Task 3.1. The rate is subtracted from each parameter, whatever the gradient.

At most: 0 points

Witness:
    m.sgd_step({"a": np.ones(2)}, {"a": np.array([1.0, 2.0])}, 0.5)
"""


def sgd_step(params, grads, lr):
    return {name: theta - lr for name, theta in params.items()}
