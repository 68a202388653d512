"""The prediction is taken one position before the blank.

The tokens end with the word before the blank. After which of them does the model predict the blank?
"""

import torch


def accuracy_by_distance(model, items):
    right = {}
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"].unsqueeze(0))[0]
            guess = logits[max(len(logits) - 2, 0)].argmax().item()
            right.setdefault(item["distance"], []).append(guess == item["target"])
    return {distance: sum(hits) / len(hits) for distance, hits in right.items()}
