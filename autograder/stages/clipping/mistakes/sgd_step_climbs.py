"""The step goes up the gradient instead of down.

The gradient points to where the loss grows fastest. Which way should θ go?
"""


def sgd_step(params, grads, lr):
    return {name: theta + lr * grads[name] for name, theta in params.items()}
