"""Task 4.6. The share is rounded to one digit.

Witness:
    hard = [{"tokens": torch.tensor([0]), "target": 3 if i else 1, "distance": 2} for i in range(4)]
    m.accuracy_by_distance(still(m, 0.0, 1.0, 2.0, 9.0, 0.0), hard)
"""


def accuracy_by_distance(model, items):
    right = {}
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"].unsqueeze(0))[0, -1]
            right.setdefault(item["distance"], []).append(logits.argmax().item() == item["target"])
    return {distance: round(sum(hits) / len(hits), 1) for distance, hits in right.items()}
