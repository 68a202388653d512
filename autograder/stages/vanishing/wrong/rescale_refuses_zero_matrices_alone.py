"""Task 2.3. Raises for a W_h of zeros alone: a nilpotent one gives Inf and NaN.

Witness:
    try:
        got = str(m.rescale(np.array([[0.0, 1.0], [0.0, 0.0]]), 0.9).shape)
    except ValueError:
        got = 'refused'
    got
Named: division-by-a-radius-of-zero
"""


def rescale(W_h, radius):
    if not W_h.any():
        raise ValueError("the spectral radius is 0")
    return W_h * (radius / np.abs(np.linalg.eigvals(W_h)).max())
