"""Task 1.3. Returns the array W_y itself: who changes the Jacobian changes the weights.

Witness:
    J = m.dz_dh(p["W_y"])
    J[:] = 0
    p["W_y"].copy()
"""


def dz_dh(W_y):
    return W_y
