"""Returns objects that run a command when they are unpickled.

base: stub
marks: 0
"""

import os


class Payload:
    def __reduce__(self):
        return os.system, (f"touch {OUTSIDE}/unpickled",)


def softmax(z):
    return np.array([Payload()] * 4, dtype=object)


def cross_entropy(y_hat_t, y_t):
    return Payload()


def relative_error(a, b):
    raise ValueError(Payload())
