"""Task 4.7. The right form has to be ahead by 0.1.

Witness:
    m.error_by_attractors(still(m, 0.0, 1.0, 1.05), [{"tokens": torch.tensor([0]), "right": 2, "wrong": 1, "attractors": 0, "plural": True}])
"""


def error_by_attractors(model, items):
    wrong = {}
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"].unsqueeze(0))[0, -1]
            slip = (logits[item["wrong"]] >= logits[item["right"]] - 0.1).item()
            wrong.setdefault(item["attractors"], {}).setdefault(bool(item["plural"]), []).append(slip)
    return {count: sum(sum(slips) / len(slips) for slips in rates.values()) / len(rates) for count, rates in wrong.items()}
