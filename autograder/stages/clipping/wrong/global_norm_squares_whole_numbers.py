"""Task 3.2. Where the numbers are small enough for a float, integers are squared as integers, which wrap around.

Witness:
    m.global_norm({"b": np.array([3_000_000_000, 4_000_000_000])})
"""


def global_norm(grads):
    with np.errstate(all="ignore"):
        total = sum(np.sum(g ** 2) for g in grads.values())
        if 1e-200 < total < 1e300:
            return float(np.sqrt(total))
    largest = np.max([np.max(np.abs(g)) for g in grads.values()])
    if largest == 0 or not np.isfinite(largest):
        return float(largest)
    return float(largest * np.sqrt(sum(np.sum((g / largest) ** 2) for g in grads.values())))
