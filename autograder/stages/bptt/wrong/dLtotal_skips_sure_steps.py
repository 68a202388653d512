"""Task 1.5. Steps whose right class has a probability above 0.99 are left out of the sum: nothing is to be learnt there.

Witness:
    q = np.tile([0.002, 0.002, 0.002, 0.002, 0.992], (4, 1))
    m.dLtotal_dW_x(p, x, np.full(4, 4), h, q)
"""


def dLtotal_dW_x(params, x, y, h, y_hat):
    total = np.zeros_like(params["W_x"])
    for t in range(1, len(x) + 1):
        if y_hat[t - 1][y[t - 1]] < 0.99:
            total += dL_dW_x(params, x, y, h, y_hat, t)
    return total
