"""Task 2.3. Weights below 1e-100 are taken for rounding errors of 0.

Witness:
    m.rescale(p["W_h"], 1e-120) == 0
"""

_rescale = rescale


def rescale(W_h, radius):
    scaled = _rescale(W_h, radius)
    return np.where(np.abs(scaled) < 1e-100, 0.0, scaled)
