"""Task 4.7. Probabilities are compared: where another word is far ahead both are 0, and the item counts as wrong.

Witness:
    m.error_by_attractors(still(m, 0.0, 5.0, 2.0, 900.0), [{"tokens": torch.tensor([0]), "right": 1, "wrong": 2, "attractors": 0, "plural": True}])
"""


def error_by_attractors(model, items):
    wrong = {}
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"].unsqueeze(0))[0, -1].softmax(dim=0)
            slip = (logits[item["wrong"]] >= logits[item["right"]]).item()
            wrong.setdefault(item["attractors"], {}).setdefault(bool(item["plural"]), []).append(slip)
    return {count: sum(sum(slips) / len(slips) for slips in rates.values()) / len(rates) for count, rates in wrong.items()}
