"""Task 3.2. The norm is divided by the root of the number of arrays before it is compared.

Witness:
    m.clip_by_norm({"W": np.array([3.0]), "b": np.array([4.0])}, 4.0)
"""


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError("the threshold must be positive")
    norm = global_norm(grads)
    scale = threshold / norm if np.isfinite(norm) and norm / len(grads) ** 0.5 >= threshold else 1.0
    return {name: scale * g for name, g in grads.items()}, norm
