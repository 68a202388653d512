"""dL_total/dW_x is the gradient of the last loss only.

L_total = L_1 + ... + L_T. How many gradients does equation (4) add up?
"""


def dLtotal_dW_x(params, x, y, h, y_hat):
    return dL_dW_x(params, x, y, h, y_hat, len(x))
