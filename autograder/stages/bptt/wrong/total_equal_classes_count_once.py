"""Task 1.5. The losses are kept by their class, so that of two steps of one class only the last counts.

Witness:
    m.dLtotal_dW_x(p, x, np.array([1, 1, 1, 2]), h, y_hat)
"""


def dLtotal_dW_x(params, x, y, h, y_hat):
    return sum({int(y[t - 1]): dL_dW_x(params, x, y, h, y_hat, t) for t in range(1, len(x) + 1)}.values())
