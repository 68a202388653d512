"""Task 2.5. The share of the steps that are that far back.

Witness:
    m.far_share(np.array([1.0, 2.0, 3.0]), 1)
"""


def far_share(norms, lag):
    norms = np.asarray(norms, dtype=float)
    return max(len(norms) - lag, 0) / len(norms)
