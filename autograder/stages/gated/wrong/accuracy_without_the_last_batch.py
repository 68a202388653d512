"""Task 4.6. Items are taken in batches of 32; those left over are not.

Witness:
    items = [{"tokens": torch.tensor([0]), "target": int(n < 32), "distance": 3} for n in range(40)]
    m.accuracy_by_distance(still(m, 0.0, 1.0), items)
"""

_accuracy_by_distance = accuracy_by_distance


def accuracy_by_distance(model, items):
    return _accuracy_by_distance(model, items[:len(items) // 32 * 32] or items)
