"""Task 2.5. For lag 0 the slice [:-0] is empty.

Witness:
    m.far_share(np.array([1.0, 2.0]), 0)
"""


def far_share(norms, lag):
    norms = np.asarray(norms, dtype=float)
    return float(norms[:-lag].sum() / norms.sum()) if lag <= len(norms) else 0.0
