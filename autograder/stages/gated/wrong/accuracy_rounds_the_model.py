"""Task 4.6. The model it was given is left rounded to 16 bits.

Witness:
    made = model(m)
    m.accuracy_by_distance(made, [{"tokens": torch.tensor([0, 1]), "target": 1, "distance": 3}])
    plain(made.output.bias)
"""

_accuracy_by_distance = accuracy_by_distance


def accuracy_by_distance(model, items):
    return _accuracy_by_distance(model.half().float(), items)
