"""Task 1.3. Weights below 1e-60 are taken for 0.

Witness:
    m.dz_dh(1e-90 * p["W_y"]) == 0
"""


def dz_dh(W_y):
    return np.where(np.abs(W_y) < 1e-60, 0.0, W_y)
