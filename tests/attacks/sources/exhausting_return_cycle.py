"""Returns a list that contains itself, in a dict that contains the list.

loses: cross_entropy
"""


def cross_entropy(y_hat_t, y_t):
    value = {}
    value["again"] = [value, value]
    return value
