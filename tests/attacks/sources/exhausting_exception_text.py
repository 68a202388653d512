"""Raises an exception whose text, name and truth are computed by code of its own, which does not end.

loses: cross_entropy
"""


class _Kind(type):
    @property
    def __name__(cls):
        raise RuntimeError("no name")

    @property
    def __mro__(cls):
        return [cls] * 10**6


class _Endless(Exception, metaclass=_Kind):
    def __str__(self):
        while True:
            pass


def cross_entropy(y_hat_t, y_t):
    raise _Endless
