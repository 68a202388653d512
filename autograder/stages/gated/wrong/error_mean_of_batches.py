"""Task 4.7. The rate of each number is the mean of those of batches of 32, of which the last is smaller than the others.

Witness:
    pairs = [(1, 0) if n < 3 else (0, 1) for n in range(40)]
    m.error_by_attractors(still(m, 0.0, 1.0), [
        {"tokens": torch.tensor([0]), "right": right, "wrong": wrong, "attractors": 2, "plural": True} for right, wrong in pairs])
"""


def error_by_attractors(model, items):
    wrong = {}
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"].unsqueeze(0))[0, -1]
            rates = wrong.setdefault(item["attractors"], {})
            rates.setdefault(bool(item["plural"]), []).append((logits[item["wrong"]] >= logits[item["right"]]).item())

    def rate(errors):
        parts = torch.tensor(errors).double().split(32)
        return sum(part.mean().item() for part in parts) / len(parts)

    return {attractors: sum(map(rate, rates.values())) / len(rates) for attractors, rates in wrong.items()}
