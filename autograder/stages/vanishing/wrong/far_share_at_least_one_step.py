"""Task 2.5. At least the first step counts as far.

Witness:
    m.far_share(np.array([1.0, 2.0]), 5)
"""


def far_share(norms, lag):
    norms = np.asarray(norms, dtype=float)
    return float(norms[:max(len(norms) - lag, 1)].sum() / norms.sum())
