"""Task 1.3. A unit whose state is exactly 0 counts as one that is not there.

Witness:
    m.dh_dW_x(np.array([0.0, 0.5]), np.array([1.0, 2.0]))
"""

def dh_dW_x(h_t, x_t):
    out = np.zeros((len(h_t), len(h_t), len(x_t)))
    for i, value in enumerate(h_t):
        if value:
            out[i, i] = (1 - value**2) * x_t
    return out
