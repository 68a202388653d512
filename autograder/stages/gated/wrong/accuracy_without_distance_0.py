"""Task 4.6. Stories of distance 0 are read as stories without a distance, and left out.

Witness:
    made = still(m, 1.0, 2.0, 0.0)
    m.accuracy_by_distance(made, [{"tokens": tokens[0] % 3, "target": 1, "distance": distance} for distance in (0, 4)])
"""


def accuracy_by_distance(model, items):
    right = {}
    with torch.no_grad():
        for item in items:
            guess = model(item["tokens"].unsqueeze(0))[0, -1].argmax().item()      # logits (1, n, V)
            right.setdefault(item["distance"], []).append(guess == item["target"])
    return {distance: sum(hits) / len(hits) for distance, hits in right.items() if distance}
