"""Task 1.5. dL_dW_x adds the summands of the last 100 steps.

Witness:
    m.dL_dW_x(flat(103)[0], np.ones((103, 2)), *flat(103)[2:], 103)
"""


def dL_dW_x(params, x, y, h, y_hat, t):
    return sum(term(params, x, y, h, y_hat, t, k) for k in range(max(1, t - 99), t + 1))
