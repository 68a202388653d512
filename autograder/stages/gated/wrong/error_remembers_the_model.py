"""Task 4.7. The rates are remembered by the model and the sentences, whatever the model's weights are by now.

Witness:
    made = still(m, 0.0, 1.0, -3.0)
    items = [{"tokens": torch.tensor([0]), "right": 0, "wrong": 1, "attractors": 1, "plural": True}]
    m.error_by_attractors(made, items)
    with torch.no_grad():
        made.output.bias[0] = 4.0
    m.error_by_attractors(made, items)
"""

_known = {}
_error_by_attractors = error_by_attractors


def error_by_attractors(model, items):
    key = model, str([(item["tokens"].tolist(), *[item[name] for name in ("right", "wrong", "attractors", "plural")]) for item in items])
    if key not in _known:
        _known[key] = _error_by_attractors(model, items)
    return dict(_known[key])
