"""Task 2.5. 1e-300 is added to the sum, so that it is not 0.

Witness:
    m.far_share(np.array([1e-300, 3e-300]), 1)
"""


def far_share(norms, lag):
    return float(norms[:max(len(norms) - lag, 0)].sum() / (norms.sum() + 1e-300))
