"""Task 3.2. Safe for 1e200 but not for 1e-200: the squares of small entries underflow, and a gradient that has nearly vanished
has the norm 0.

Witness:
    m.global_norm({"a": np.full(4, 1e-200)})
"""


def global_norm(grads):
    largest = max(np.max(np.abs(g)) for g in grads.values())
    if not np.isfinite(largest):
        return float(largest)
    s = largest if largest > 1e100 else 1.0
    return float(s * np.sqrt(sum(np.sum((g / s) ** 2) for g in grads.values())))
