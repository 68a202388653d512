"""Task 3.1. The gradients' own keys are stepped: "h_0", which is no parameter, is among the result.

Named: sgd-step-steps-every-gradient

Witness:
    sorted(m.sgd_step({"b": np.ones(2)}, {"b": np.ones(2), "h_0": np.ones(3)}, 0.5))
"""


def sgd_step(params, grads, lr):
    return {name: params.get(name, 0) - lr * g for name, g in grads.items()}
