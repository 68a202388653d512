"""The step exactly `lag` steps back is left out.

For lag 0 every step is at least that far back. Does your share come to 1?
"""

def far_share(norms, lag):
    t = len(norms)
    return float(sum(norms[k - 1] for k in range(1, t + 1) if k < t - lag) / norms.sum())
