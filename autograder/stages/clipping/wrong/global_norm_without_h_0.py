"""Task 3.2. What is called "h_0" is left out of the norm, though all arrays count.

Witness:
    m.global_norm({"h_0": np.array([3.0, 4.0]), "a": np.zeros(1)})
"""


def global_norm(grads):
    grads = {name: g for name, g in grads.items() if name != "h_0"}
    largest = np.max([np.max(np.abs(g)) for g in grads.values()])
    if largest == 0 or not np.isfinite(largest):
        return float(largest)
    return float(largest * np.sqrt(sum(np.sum((g / largest) ** 2) for g in grads.values())))
