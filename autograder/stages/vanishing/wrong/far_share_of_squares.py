"""Task 2.5. The share of the squares.

Witness:
    m.far_share(np.array([1.0, 2.0]), 1)
"""


def far_share(norms, lag):
    norms = np.asarray(norms, dtype=float)
    return float((norms[:max(len(norms) - lag, 0)] ** 2).sum() / (norms ** 2).sum())
