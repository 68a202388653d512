"""Task 4.7. Where there are items of one number alone, its rate is halved.

Witness:
    m.error_by_attractors(still(m, 0.0, 1.0, 2.0, 9.0, 0.0), [{"tokens": torch.tensor([0]), "right": 1, "wrong": 2, "attractors": 1, "plural": True}])
"""


def error_by_attractors(model, items):
    wrong = {}
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"][None])[0, -1]
            bad = bool(logits[item["wrong"]] >= logits[item["right"]])
            wrong.setdefault(item["attractors"], {}).setdefault(bool(item["plural"]), []).append(bad)
    return {a: sum(sum(v) / len(v) for v in kinds.values()) / 2 for a, kinds in wrong.items()}
