"""Task 4.6. The share in percent.

Witness:
    m.accuracy_by_distance(still(m, 0.0, 1.0, 2.0, 9.0, 0.0), [{"tokens": torch.tensor([0, 1]), "target": 2, "distance": 1}, {"tokens": torch.tensor([0, 1, 0]), "target": 1, "distance": 1}, {"tokens": torch.tensor([4]), "target": 3, "distance": 6}])
"""


def accuracy_by_distance(model, items):
    right = {}
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"].unsqueeze(0))[0, -1]
            right.setdefault(item["distance"], []).append(logits.argmax().item() == item["target"])
    return {distance: 100 * sum(hits) / len(hits) for distance, hits in right.items()}
