"""Task 4.6. Only the last 2 words of a story are read.

Witness:
    m.accuracy_by_distance(model(m), [{"tokens": torch.tensor([w, v, 3]), "target": t, "distance": 100 * w + 10 * v + t} for w in range(7) for v in range(7) for t in range(7)])
"""


def accuracy_by_distance(model, items):
    right = {}
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"][-2:].unsqueeze(0))[0, -1]
            right.setdefault(item["distance"], []).append(logits.argmax().item() == item["target"])
    return {distance: sum(hits) / len(hits) for distance, hits in right.items()}
