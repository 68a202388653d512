"""dL_dyhat has an entry for every class.

L_t = -log y_hat_t[y_t] reads one entry of y_hat_t. What is its derivative by the others?
"""


def dL_dyhat(y_hat_t, y_t):
    return -1 / y_hat_t
