"""Task 4.6. Only the last 64 words of a story are read.

Witness:
    made = model(m, "lstm")
    with torch.no_grad():
        made.cell.bias_ih[3:6] = 40.0
        made.output.bias.zero_()
    texts = [torch.cat([torch.full((66,), first), torch.full((64,), 3)]) for first in range(7)]
    [m.accuracy_by_distance(made, [{"tokens": text, "target": word, "distance": 90}]) for text in texts for word in range(7)]
"""


def accuracy_by_distance(model, items):
    right, count = {}, {}
    with torch.no_grad():
        for item in items:
            guess = model(item["tokens"][-64:][None])[0, -1].argmax().item()
            d = item["distance"]
            right[d] = right.get(d, 0) + (guess == item["target"])
            count[d] = count.get(d, 0) + 1
    return {d: right[d] / count[d] for d in count}
