"""Task 4.6. Distances of more than 1000 words are left out.

Witness:
    m.accuracy_by_distance(model(m), [{"tokens": tokens[0], "target": 1, "distance": 2000}])
"""

_accuracy_by_distance = accuracy_by_distance


def accuracy_by_distance(model, items):
    return _accuracy_by_distance(model, [i for i in items if i["distance"] <= 1000])
