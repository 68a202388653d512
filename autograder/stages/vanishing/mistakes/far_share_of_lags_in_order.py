"""The array is read in the order of the lag.

norms[0] belongs to step 1, the farthest. Which end of the array is far?
"""

def far_share(norms, lag):
    return float(norms[lag:].sum() / norms.sum())
