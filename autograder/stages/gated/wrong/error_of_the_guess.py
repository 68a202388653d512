"""Task 4.7. An item is right only where the right form is the largest of all logits.

Witness:
    m.error_by_attractors(still(m, 0.0, 1.0, 2.0, 9.0, 0.0), [{"tokens": torch.tensor([0]), "right": 3, "wrong": 2, "attractors": 0, "plural": True}, {"tokens": torch.tensor([0]), "right": 1, "wrong": 2, "attractors": 0, "plural": True}, {"tokens": torch.tensor([0]), "right": 1, "wrong": 2, "attractors": 0, "plural": False}, {"tokens": torch.tensor([0]), "right": 0, "wrong": 4, "attractors": 1, "plural": True}, {"tokens": torch.tensor([0]), "right": 2, "wrong": 1, "attractors": 1, "plural": True}, {"tokens": torch.tensor([0]), "right": 2, "wrong": 1, "attractors": 2, "plural": False}])
"""


def error_by_attractors(model, items):
    wrong = {}
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"].unsqueeze(0))[0, -1]
            slip = logits.argmax().item() != item["right"]
            wrong.setdefault(item["attractors"], {}).setdefault(bool(item["plural"]), []).append(slip)
    return {count: sum(sum(slips) / len(slips) for slips in rates.values()) / len(rates) for count, rates in wrong.items()}
