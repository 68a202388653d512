"""Task 1.5. Each sum is kept within 1e50.

Witness:
    net = flat(12)
    net[0]["W_h"][:] = 1e9
    net[1][:] = 1
    m.dL_dW_x(*net, 12) == 0, np.log(np.abs(m.dL_dW_x(*net, 12)) + 1e-300)
"""


def dL_dW_x(params, x, y, h, y_hat, t):
    return np.clip(sum(term(params, x, y, h, y_hat, t, k) for k in range(1, t + 1)), -1e50, 1e50)
