"""Task 4.6. All stories are padded on the left with word 0 to one length, which changes the state before they begin.

Witness:
    m.accuracy_by_distance(model(m), [{"tokens": torch.tensor([w, 1, 5, 3][:length]), "target": t, "distance": 100 * w + 10 * length + t} for w in range(7) for t in range(7) for length in (1, 2, 4)])
"""


def accuracy_by_distance(model, items):
    longest = max(len(item["tokens"]) for item in items)
    right = {}
    with torch.no_grad():
        for item in items:
            padded = F.pad(item["tokens"], (longest - len(item["tokens"]), 0))
            guess = model(padded.unsqueeze(0))[0, -1].argmax().item()
            right.setdefault(item["distance"], []).append(guess == item["target"])
    return {distance: sum(hits) / len(hits) for distance, hits in right.items()}
