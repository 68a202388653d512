"""Task 4.6. The shares are remembered by the model and the stories, whatever the model's weights are by now.

Witness:
    made = still(m, 0.0, 1.0, -3.0)
    items = [{"tokens": torch.tensor([0]), "target": 0, "distance": 3}]
    m.accuracy_by_distance(made, items)
    with torch.no_grad():
        made.output.bias[0] = 4.0
    m.accuracy_by_distance(made, items)
"""

_known = {}
_accuracy_by_distance = accuracy_by_distance


def accuracy_by_distance(model, items):
    key = model, str([(item["tokens"].tolist(), item["target"], item["distance"]) for item in items])
    if key not in _known:
        _known[key] = _accuracy_by_distance(model, items)
    return dict(_known[key])
