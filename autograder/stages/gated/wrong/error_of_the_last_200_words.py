"""Task 4.7. Of each sentence the last 200 words alone are read.

Witness:
    torch.manual_seed(0)
    made, sure = filled(m.LanguageModel(9, 2, 3, "lstm"), 1.0), []
    with torch.no_grad():
        made.cell.bias_ih[3:9] = torch.tensor([40.0] * 3 + [0.0] * 3)
        made.cell.bias_hh[3:9] = 0.0
    texts = torch.randint(0, 9, (40, 210))
    with torch.no_grad():
        whole = made(texts)[:, -1]
        end = made(texts[:, -200:])[:, -1]
    items = [{"tokens": text, "right": int(logits.argmax()), "wrong": int(other.argmax()), "attractors": 1, "plural": True}
             for text, logits, other in zip(texts, whole, end) if logits.argmax() != other.argmax()]
    m.error_by_attractors(made, items)
"""


def error_by_attractors(model, items):
    wrong = {}
    with torch.no_grad():
        for item in items:
            logits = model(item["tokens"][-200:].unsqueeze(0))[0, -1]                     # (V,)
            rates = wrong.setdefault(item["attractors"], {})
            rates.setdefault(bool(item["plural"]), []).append((logits[item["wrong"]] >= logits[item["right"]]).item())
    return {attractors: sum(sum(errors) / len(errors) for errors in rates.values()) / len(rates)
            for attractors, rates in wrong.items()}
