"""Sends numbers of objects, functions and Axes that are none of its own.

base: stub
marks: 0
"""

import autograder.sandbox.worker as worker


class Planted:
    pass


worker.Server.refer = lambda self, value: ["f", 0, "softmax"]


def softmax(z):
    return Planted()


def cross_entropy(y_hat_t, y_t):
    worker.Server.refer = lambda self, value: ["h", 10**9, "float"]
    return Planted()


def dL_dyhat(y_hat_t, y_t):
    worker.Server.refer = lambda self, value: ["x", "figure", 2]
    return Planted()
