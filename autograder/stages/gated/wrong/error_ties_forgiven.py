"""Task 4.7. A tie counts as right.

Witness:
    m.error_by_attractors(still(m, 0.0, 1.0, 2.0, 9.0, 0.0), [{"tokens": torch.tensor([0]), "right": 0, "wrong": 4, "attractors": 1, "plural": True}])
"""


def error_by_attractors(model, items):
    wrong = {}
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"].unsqueeze(0))[0, -1]
            slip = (logits[item["wrong"]] > logits[item["right"]]).item()
            wrong.setdefault(item["attractors"], {}).setdefault(bool(item["plural"]), []).append(slip)
    return {count: sum(sum(slips) / len(slips) for slips in rates.values()) / len(rates) for count, rates in wrong.items()}
