"""Task 3.2. Each array is scaled by its own largest entry, so that an array of zeros gives 0/0.

Witness:
    m.global_norm({"W": np.ones((2, 2)), "b": np.zeros(2)})
"""


def global_norm(grads):
    total = 0.0
    norms = []
    with np.errstate(all="ignore"):
        for g in grads.values():
            s = np.max(np.abs(g))
            norms.append(s * np.sqrt(np.sum((g / s) ** 2)))
        s = max(norms)
        total = s * np.sqrt(sum((n / s) ** 2 for n in norms))
    return float(total)
