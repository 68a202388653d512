"""The sum over k starts at 0.

h_0 is given, it does not depend on W_x. Which input does `x[k - 1]` read for k = 0?
"""


def dL_dW_x(params, x, y, h, y_hat, t):
    return sum(term(params, x, y, h, y_hat, t, k) for k in range(t + 1))
