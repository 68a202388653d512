"""Task 4.6. The target need only be among the two largest logits.

Witness:
    m.accuracy_by_distance(still(m, 0.0, 1.0, 2.0, 9.0, 0.0), [{"tokens": torch.tensor([0, 1]), "target": 2, "distance": 1}, {"tokens": torch.tensor([0, 1, 0]), "target": 1, "distance": 1}, {"tokens": torch.tensor([4]), "target": 3, "distance": 6}])
"""


def accuracy_by_distance(model, items):
    right = {}
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"].unsqueeze(0))[0, -1]
            right.setdefault(item["distance"], []).append(item["target"] in logits.topk(2).indices.tolist())
    return {distance: sum(hits) / len(hits) for distance, hits in right.items()}
