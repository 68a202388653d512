"""Task 3.2. Arrays with the same numbers count once.

Witness:
    m.global_norm({"a": np.array([3.0, 4.0]), "b": np.array([3.0, 4.0])})
"""


def global_norm(grads):
    largest = np.max([np.max(np.abs(g)) for g in grads.values()])
    if largest == 0 or not np.isfinite(largest):
        return float(largest)
    return float(largest * np.sqrt(sum(np.sum((g / largest) ** 2) for g in {g.tobytes(): g for g in grads.values()}.values())))
