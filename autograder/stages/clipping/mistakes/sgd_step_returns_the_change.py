"""What comes back is the change of the parameters, not the parameters.

The function returns θ - α ∇L. Try lr = 0: what should come back then?
"""


def sgd_step(params, grads, lr):
    return {name: -lr * grads[name] for name in params}
