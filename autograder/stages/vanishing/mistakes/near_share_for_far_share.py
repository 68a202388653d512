"""The share is that of the near steps.

As the lag grows, fewer steps are that far back. Does your share fall?
"""

def far_share(norms, lag):
    far = norms[:max(len(norms) - lag, 0)]
    return float(1 - far.sum() / norms.sum())
