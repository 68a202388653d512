"""Task 4.7. Items are taken in batches of 64; those left over are not.

Witness:
    pairs = [(1, 0) if n < 64 else (0, 1) for n in range(70)]
    m.error_by_attractors(still(m, 0.0, 1.0), [
        {"tokens": torch.tensor([0]), "right": right, "wrong": wrong, "attractors": 2, "plural": True} for right, wrong in pairs])
"""

_error_by_attractors = error_by_attractors


def error_by_attractors(model, items):
    return _error_by_attractors(model, items[:len(items) // 64 * 64] or items)
