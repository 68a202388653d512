"""dL_total/dW_x is divided by T.

Is L_total in equation (4) the sum of the losses or their mean?
"""


def dLtotal_dW_x(params, x, y, h, y_hat):
    return sum(dL_dW_x(params, x, y, h, y_hat, t) for t in range(1, len(x) + 1)) / len(x)
