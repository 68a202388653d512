"""Task 2.5. One step further back than there are, the slice counts from the end.

Witness:
    m.far_share(np.array([1.0, 2.0, 4.0]), 4)
"""

_far_share = far_share


def far_share(norms, lag):
    return float(norms[:-1].sum() / norms.sum()) if lag == len(norms) + 1 else _far_share(norms, lag)
