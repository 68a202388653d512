"""The number of right items is returned, not their share.

An accuracy lies between 0 and 1. What is the number of right items to be divided by?
"""

import torch


def accuracy_by_distance(model, items):
    right = {}
    with torch.no_grad():
        for item in items:
            guess = model(item["tokens"].unsqueeze(0))[0, -1].argmax().item()
            right.setdefault(item["distance"], []).append(guess == item["target"])
    return {distance: float(sum(hits)) for distance, hits in right.items()}
