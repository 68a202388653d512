"""Task 4.6. The mean of the accuracies of batches of 16, of which the last is smaller than the others.

Witness:
    items = [{"tokens": torch.tensor([0]), "target": int(n < 3), "distance": 3} for n in range(20)]
    m.accuracy_by_distance(still(m, 0.0, 1.0), items)
"""


def accuracy_by_distance(model, items):
    right = {}
    with torch.no_grad():
        for item in items:
            guess = model(item["tokens"].unsqueeze(0))[0, -1].argmax().item()
            right.setdefault(item["distance"], []).append(float(guess == item["target"]))
    batches = {distance: torch.tensor(hits).split(16) for distance, hits in right.items()}
    return {distance: sum(part.mean().item() for part in parts) / len(parts) for distance, parts in batches.items()}
