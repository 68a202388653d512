"""Task 2.5. 1e-12 is added to the sum below.

Witness:
    m.far_share(1e-10 * np.array([1.0, 2.0]), 1)
"""


def far_share(norms, lag):
    norms = np.asarray(norms, dtype=float)
    return float(norms[:max(len(norms) - lag, 0)].sum() / (norms.sum() + 1e-12))
