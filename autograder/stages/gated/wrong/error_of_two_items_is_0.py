"""Task 4.7. Two items or fewer are too few: there is no error.

Witness:
    m.error_by_attractors(still(m, 0.0, 1.0, -3.0), [{"tokens": torch.tensor([0]), "right": 0, "wrong": 1, "attractors": 1, "plural": True}])
"""

_error_by_attractors = error_by_attractors


def error_by_attractors(model, items):
    found = _error_by_attractors(model, items)
    return found if len(items) > 2 else dict.fromkeys(found, 0.0)
