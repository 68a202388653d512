"""Task 4.6. Of each story the last 200 words alone are read.

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
    items = [{"tokens": text, "target": int(logits.argmax()), "distance": 1} for text, logits in zip(texts, whole)]
    m.accuracy_by_distance(made, items)
"""


def accuracy_by_distance(model, items):
    right = {}
    with torch.no_grad():
        for item in items:
            guess = model(item["tokens"][-200:].unsqueeze(0))[0, -1].argmax().item()      # logits (1, n, V)
            right.setdefault(item["distance"], []).append(guess == item["target"])
    return {distance: sum(hits) / len(hits) for distance, hits in right.items()}
