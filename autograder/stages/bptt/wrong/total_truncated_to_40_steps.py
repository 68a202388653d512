"""Task 1.5. dL_total/dW_x has no summand from more than 40 steps back.

Witness:
    q, x, *rest = flat(45)
    m.dLtotal_dW_x(q, np.ones((45, 2)), *rest)
"""


def dLtotal_dW_x(params, x, y, h, y_hat):
    return sum(term(params, x, y, h, y_hat, t, k)
               for t in range(1, len(x) + 1) for k in range(max(1, t - 40), t + 1))
