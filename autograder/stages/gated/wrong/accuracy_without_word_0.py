"""Task 4.6. Word 0 is never guessed: it is taken for padding.

Witness:
    m.accuracy_by_distance(still(m, 9.0, 1.0, 2.0), [{"tokens": torch.tensor([1]), "target": 0, "distance": 1}])
"""


def accuracy_by_distance(model, items):
    right = {}
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"].unsqueeze(0))[0, -1]
            right.setdefault(item["distance"], []).append((logits[1:].argmax() + 1).item() == item["target"])
    return {distance: sum(hits) / len(hits) for distance, hits in right.items()}
