"""The share of right items is returned, not that of wrong ones.

Which of the two logits has to be larger for an item to count?
"""

import torch


def error_by_attractors(model, items):
    wrong = {}
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"].unsqueeze(0))[0, -1]
            rates = wrong.setdefault(item["attractors"], {})
            rates.setdefault(bool(item["plural"]), []).append((logits[item["right"]] > logits[item["wrong"]]).item())
    return {attractors: sum(sum(errors) / len(errors) for errors in rates.values()) / len(rates)
            for attractors, rates in wrong.items()}
