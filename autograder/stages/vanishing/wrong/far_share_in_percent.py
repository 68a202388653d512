"""Task 2.5. In percent.

Witness:
    m.far_share(np.array([1.0, 2.0]), 1)
"""


def far_share(norms, lag):
    norms = np.asarray(norms, dtype=float)
    return float(100 * norms[:max(len(norms) - lag, 0)].sum() / norms.sum())
