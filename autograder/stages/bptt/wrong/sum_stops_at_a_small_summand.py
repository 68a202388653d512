"""Task 1.5. Goes back from k = t and stops at the first summand under 1e-6: a word without input ends the sum.

Witness:
    q, x, *rest = flat(9)
    x = np.ones((9, 2))
    x[4] = 0
    m.dL_dW_x(q, x, *rest, 9)
"""


def dL_dW_x(params, x, y, h, y_hat, t):
    total = np.zeros(params["W_x"].shape)
    for k in range(t, 0, -1):
        one = term(params, x, y, h, y_hat, t, k)
        if np.abs(one).max() < 1e-6:
            break
        total += one
    return total
