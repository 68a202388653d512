"""Task 3.2. 1e-8 is added under the root.

Witness:
    m.global_norm({"b": np.array([1e-5, 0.0])})
"""


def global_norm(grads):
    largest = max(1.0, np.max([np.max(np.abs(g)) for g in grads.values()]))
    if not np.isfinite(largest):
        return float(largest)
    return float(largest * np.sqrt(sum(np.sum((g / largest) ** 2) for g in grads.values()) + 1e-8))
