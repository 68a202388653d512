"""Task 1.5. The entries of dL_total/dW_x are clipped to ±5.

Witness:
    q, x, *rest = flat(9)
    m.dLtotal_dW_x(q, 10 * np.ones((9, 2)), *rest)
"""


def dLtotal_dW_x(params, x, y, h, y_hat):
    return np.clip(sum(dL_dW_x(params, x, y, h, y_hat, t) for t in range(1, len(x) + 1)), -5, 5)
