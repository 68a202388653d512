"""Task 4.7. A sentence that occurs twice counts once, also with another pair of verbs.

Witness:
    items = [{"tokens": tokens[0], "right": t, "wrong": (t + 1) % 7, "attractors": 0, "plural": False} for t in range(7)]
    m.error_by_attractors(model(m), items)
"""

_error_by_attractors = error_by_attractors


def error_by_attractors(model, items):
    once = {(tuple(i["tokens"].tolist()), i["attractors"], i["plural"]): i for i in items}
    return _error_by_attractors(model, list(once.values()))
