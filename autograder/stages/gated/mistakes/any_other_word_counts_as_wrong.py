"""An item counts as wrong when any other word has a larger logit, not just the other form of the verb.

Two forms of one verb are compared here. Which two logits decide?
"""

import torch


def error_by_attractors(model, items):
    wrong = {}
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"].unsqueeze(0))[0, -1]
            rates = wrong.setdefault(item["attractors"], {})
            rates.setdefault(bool(item["plural"]), []).append((logits.argmax() != item["right"]).item())
    return {attractors: sum(sum(errors) / len(errors) for errors in rates.values()) / len(rates)
            for attractors, rates in wrong.items()}
