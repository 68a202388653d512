"""Task 4.6. The guess is taken among the words that are a target of some item, not among all words.

Witness:
    m.accuracy_by_distance(still(m, 0.0, 1.0, 2.0, 9.0, 0.0), [{"tokens": torch.tensor([0, 1]), "target": 2, "distance": 1}, {"tokens": torch.tensor([0, 1, 0]), "target": 1, "distance": 1}])
"""


def accuracy_by_distance(model, items):
    among = sorted({item["target"] for item in items})
    right = {}
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"].unsqueeze(0))[0, -1]
            right.setdefault(item["distance"], []).append(among[logits[among].argmax().item()] == item["target"])
    return {distance: sum(hits) / len(hits) for distance, hits in right.items()}
