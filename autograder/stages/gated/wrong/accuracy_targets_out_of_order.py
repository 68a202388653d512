"""Task 4.6. The stories are sorted by length for their batches, and the targets are not.

Witness:
    items = [{"tokens": torch.arange(n) % 7, "target": t, "distance": 10 * n + t} for t in range(7) for n in (3, 1, 2)]
    m.accuracy_by_distance(model(m), items)
"""

_accuracy_by_distance = accuracy_by_distance


def accuracy_by_distance(model, items):
    order = sorted(items, key=lambda item: len(item["tokens"]))
    return _accuracy_by_distance(model, [{**item, "tokens": other["tokens"]} for item, other in zip(items, order)])
