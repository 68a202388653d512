"""Task 4.6. A story that occurs twice counts once, also with another target.

Witness:
    items = [{"tokens": tokens[0], "target": t, "distance": 3} for t in range(7)]
    m.accuracy_by_distance(model(m), items)
"""

_accuracy_by_distance = accuracy_by_distance


def accuracy_by_distance(model, items):
    return _accuracy_by_distance(model, list({(tuple(i["tokens"].tolist()), i["distance"]): i for i in items}.values()))
