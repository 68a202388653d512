"""The error rate is taken over all items; the more frequent number decides it.

If nine of ten subjects are singular, what does a model score that always answers singular? What should it score?
"""

import torch


def error_by_attractors(model, items):
    wrong = {}
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"].unsqueeze(0))[0, -1]
            rates = wrong.setdefault(item["attractors"], {})
            rates.setdefault(None, []).append((logits[item["wrong"]] >= logits[item["right"]]).item())
    return {attractors: sum(sum(errors) / len(errors) for errors in rates.values()) / len(rates)
            for attractors, rates in wrong.items()}
