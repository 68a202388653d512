"""Task 1.3. The result has the dtype of x_t: a one-hot word of whole numbers gives zeros.

Witness:
    m.dh_dW_x(np.array([0.5, 0.1]), np.array([0, 1, 0]))
"""


def dh_dW_x(h_t, x_t):
    out = np.zeros((len(h_t), len(h_t), len(x_t)), dtype=x_t.dtype)
    for i in range(len(h_t)):
        out[i, i] = (1 - h_t[i] ** 2) * x_t
    return out
