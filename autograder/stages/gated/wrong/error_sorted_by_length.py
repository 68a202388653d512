"""Task 4.7. The sentences are sorted by length for their batches, and the verbs are not.

Witness:
    items = [{"tokens": torch.arange(n) % 7, "right": t, "wrong": (t + 2) % 7, "attractors": 10 * n + t, "plural": False} for t in range(7) for n in (3, 1, 2)]
    m.error_by_attractors(model(m), items)
"""

_error_by_attractors = error_by_attractors


def error_by_attractors(model, items):
    order = sorted(items, key=lambda item: len(item["tokens"]))
    return _error_by_attractors(model, [{**item, "tokens": other["tokens"]} for item, other in zip(items, order)])
