"""Task 4.6. Remembered by the story: another model gives the first one's guess.

Witness:
    items = [{"tokens": torch.tensor([0]), "target": 1, "distance": 3}]
    m.accuracy_by_distance(still(m, 0.0, 1.0), items)
    m.accuracy_by_distance(still(m, 1.0, 0.0), items)
"""


_seen = {}

def accuracy_by_distance(model, items):
    right = {}
    with torch.no_grad():
        for item in items:
            key = tuple(item['tokens'].tolist())
            if key not in _seen:
                _seen[key] = model(item['tokens'].unsqueeze(0))[0, -1].argmax().item()
            guess = _seen[key]
            right.setdefault(item['distance'], []).append(guess == item['target'])
    return {distance: sum(hits) / len(hits) for distance, hits in right.items()}
