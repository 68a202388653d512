"""Task 4.7. The logits after the first word are compared, not those after the last.

Witness:
    [m.error_by_attractors(filled(m.LanguageModel(7, 2, 3, "rnn"), 2.0), [{"tokens": torch.tensor([w, 1, 0, 3]), "right": a, "wrong": b, "attractors": 100 * w + 10 * a + b, "plural": True} for w in range(7) for a in range(7) for b in range(7)])]
"""


def error_by_attractors(model, items):
    wrong = {}
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"].unsqueeze(0))[0, 0]
            slip = (logits[item["wrong"]] >= logits[item["right"]]).item()
            wrong.setdefault(item["attractors"], {}).setdefault(bool(item["plural"]), []).append(slip)
    return {count: sum(sum(slips) / len(slips) for slips in rates.values()) / len(rates) for count, rates in wrong.items()}
