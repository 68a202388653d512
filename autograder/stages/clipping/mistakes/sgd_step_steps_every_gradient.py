"""Every gradient is stepped: "h_0", which is no parameter, is among the result.

Which keys should the new dict have: those of params, or those of grads?
"""


def sgd_step(params, grads, lr):
    return {name: params.get(name, 0) - lr * g for name, g in grads.items()}
