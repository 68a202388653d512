"""A lag larger than t gives a share that is not 0.

What does norms[:-2] hold for an array of four? Work out the end of your slice for a lag of 6.
"""

def far_share(norms, lag):
    return float(norms[:len(norms) - lag].sum() / norms.sum())
