"""Returns a list that contains itself, in a dict that contains the list.

marks: 78
"""


def cross_entropy(y_hat_t, y_t):
    value = {}
    value["again"] = [value, value]
    return value
