"""The step overwrites the caller's parameters.

What does `-=` do to an array that somebody else still holds? A checkpoint could not be kept this way.
"""


def sgd_step(params, grads, lr):
    for name in params:
        params[name] -= lr * grads[name]
    return params
