"""Task 4.6. A target whose logit is within 1e-6 of the largest counts as right.

Witness:
    m.accuracy_by_distance(still(m, 0.0, 3e-7, -30.0), [{"tokens": torch.tensor([0]), "target": 0, "distance": 3}])
"""


def accuracy_by_distance(model, items):
    hits = {}
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"][None])[0, -1]
            hits.setdefault(item["distance"], []).append(bool(logits[item["target"]] >= logits.max() - 1e-6))
    return {distance: sum(some) / len(some) for distance, some in hits.items()}
