"""Task 2.5. 1 minus the share of the near ones: what is under 1e-16 is lost.

Witness:
    m.far_share(np.array([1e-20, 1.0]), 1)
"""


def far_share(norms, lag):
    norms = np.asarray(norms, dtype=float)
    near = norms[max(len(norms) - lag, 0):].sum()
    return float(1 - near / norms.sum())
