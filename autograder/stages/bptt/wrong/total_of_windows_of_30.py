"""Task 1.5. Each loss is followed back over its last 30 steps only, in windows of the sequence.

Witness:
    m.dLtotal_dW_x(flat(33)[0], np.ones((33, 2)), *flat(33)[2:])
"""


def dLtotal_dW_x(params, x, y, h, y_hat):
    total = np.zeros(np.shape(params["W_x"]))
    for t in range(1, len(x) + 1):
        s = max(0, t - 30)
        total = total + dL_dW_x(params, x[s:t], y[s:t], h[s:t + 1], y_hat[s:t], t - s)
    return total
