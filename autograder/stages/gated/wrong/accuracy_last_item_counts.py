"""Task 4.6. Only the last item of each distance counts.

Witness:
    hard = [{"tokens": torch.tensor([0]), "target": 1 if i else 3, "distance": 2} for i in range(2)]
    m.accuracy_by_distance(still(m, 0.0, 1.0, 2.0, 9.0, 0.0), hard)
"""


def accuracy_by_distance(model, items):
    right = {}
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"].unsqueeze(0))[0, -1]
            right[item["distance"]] = [logits.argmax().item() == item["target"]]
    return {distance: sum(hits) / len(hits) for distance, hits in right.items()}
