"""Task 2.5. Far over near, and not over all.

Witness:
    m.far_share(np.array([1.0, 2.0, 3.0]), 1)
"""


def far_share(norms, lag):
    norms = np.asarray(norms, dtype=float)
    far = norms[:max(len(norms) - lag, 0)].sum()
    near = norms.sum() - far
    return float(far / near) if near else 1.0
