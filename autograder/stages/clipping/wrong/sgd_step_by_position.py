"""Task 3.1. Parameters and gradients are paired by their position in the dict, not by their names.

Witness:
    m.sgd_step({"b": np.ones(2), "W": np.zeros(2)}, {"W": np.ones(2), "b": np.full(2, 5.0)}, 0.5)
"""


def sgd_step(params, grads, lr):
    return {name: theta - lr * g for (name, theta), g in zip(params.items(), grads.values())}
