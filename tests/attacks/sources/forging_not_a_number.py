"""Returns NaN, infinities, empty and broadcastable shapes, and objects inside arrays.

base: stub
marks: 0
"""


def softmax(z):
    return np.full(np.shape(z), np.nan)


def cross_entropy(y_hat_t, y_t):
    return np.array(None, dtype=object)


def dz_dh(W_y):
    return np.empty((0, 3))


def relative_error(a, b):
    return np.array(["1.0"])


def dh_dh_prev(h_t, W_h):
    return np.array(0.0)
