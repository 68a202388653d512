"""Task 1.5. dL_t/dW_x sums the last 20 steps alone.

Witness:
    q, x, *rest = flat(25)
    m.dL_dW_x(q, np.ones((25, 2)), *rest, 25)
"""


def dL_dW_x(params, x, y, h, y_hat, t):
    return sum(term(params, x, y, h, y_hat, t, k) for k in range(max(1, t - 19), t + 1))
