"""The spectral norms of the matrices stand in for their Frobenius norms.

What does np.linalg.norm(g, 2) give for a matrix, and what is the length of the matrix as one long vector?
"""

import numpy as np


def global_norm(grads):
    return float(np.sqrt(sum((np.linalg.norm(g, 2) if g.ndim == 2 else np.linalg.norm(g)) ** 2 for g in grads.values())))
