"""Task 4.7. The right form has to be ahead by 1e-6.

Witness:
    m.error_by_attractors(still(m, 0.0, 3e-7, -30.0), [{"tokens": torch.tensor([0]), "right": 1, "wrong": 0, "attractors": 1, "plural": True}])
"""


def error_by_attractors(model, items):
    wrong = {}
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"].unsqueeze(0))[0, -1]
            rates = wrong.setdefault(item["attractors"], {})
            rates.setdefault(bool(item["plural"]), []).append((logits[item["wrong"]] >= logits[item["right"]] - 1e-6).item())
    return {attractors: sum(sum(errors) / len(errors) for errors in rates.values()) / len(rates)
            for attractors, rates in wrong.items()}
