"""Task 4.7. A number of attractors with one kind only gets the mean with 0 where the other kind occurs elsewhere.

Witness:
    items = [{"tokens": tokens[0], "right": 1, "wrong": w, "attractors": a, "plural": q} for w in (0, 2, 3) for a, q in ((0, True), (0, False), (1, True))]
    m.error_by_attractors(model(m), items)
"""

_error_by_attractors = error_by_attractors


def error_by_attractors(model, items):
    both = len({bool(i["plural"]) for i in items}) == 2
    rates = _error_by_attractors(model, items)
    return {n: r / 2 if both and len({bool(i["plural"]) for i in items if i["attractors"] == n}) == 1 else r for n, r in rates.items()}
