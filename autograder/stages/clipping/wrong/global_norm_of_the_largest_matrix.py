"""Task 3.2. np.linalg.norm(..., 2) of a matrix is its largest singular value, not the length of its entries.

Witness:
    m.global_norm({"W": np.eye(2)})
"""


def global_norm(grads):
    norms = [np.linalg.norm(g, 2) if np.ndim(g) == 2 else np.linalg.norm(np.ravel(g)) for g in grads.values()]
    return float(np.hypot.reduce(norms))
