"""The right items of a distance are divided by the number of all items.

Add up the accuracies over the distances. Should they add up to the accuracy of all items?
"""

import torch


def accuracy_by_distance(model, items):
    right = {}
    with torch.no_grad():
        for item in items:
            guess = model(item["tokens"].unsqueeze(0))[0, -1].argmax().item()
            right.setdefault(item["distance"], []).append(guess == item["target"])
    return {distance: sum(hits) / len(items) for distance, hits in right.items()}
