"""Task 1.3. The slope of the tanh is held above 0.01, "so that gradients do not vanish".

Witness:
    m.dh_dh_prev(np.array([0.999, 0.0, 0.1]), p["W_h"])
"""


def dh_dh_prev(h_t, W_h):
    return np.maximum(1 - h_t**2, 0.01)[:, None] * W_h
