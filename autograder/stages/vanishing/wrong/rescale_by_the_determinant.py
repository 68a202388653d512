"""Task 2.3. The H-th root of |det W_h|: right for a turn, or where all eigenvalues have one size.

Witness:
    m.rescale(np.diag([1.0, 0.5]), 1.0)
"""


def rescale(W_h, radius):
    now = np.abs(np.linalg.det(W_h)) ** (1 / len(W_h))
    if now == 0:
        raise ValueError("the spectral radius is 0")
    return W_h * (radius / now)
