"""dL_t/dW_x has the summand of k = t only.

That is the derivative with h_{t-1} held fixed. But h_{t-1} depends on W_x too: this is where equation (2) recurses.
"""


def dL_dW_x(params, x, y, h, y_hat, t):
    return term(params, x, y, h, y_hat, t, t)
