"""Task 3.2. Only negative thresholds are refused: 0 sets every gradient to 0.

Witness:
    try:
        m.clip_by_norm({"b": np.array([3.0, 4.0])}, 0.0)
        refused = False
    except ValueError:
        refused = True
    refused

Named: clip-accepts-any-threshold
"""


def clip_by_norm(grads, threshold):
    if threshold < 0:
        raise ValueError("the threshold must not be negative")
    norm = global_norm(grads)
    scale = threshold / norm if np.isfinite(norm) and norm > threshold else 1.0
    return {name: scale * g for name, g in grads.items()}, norm
