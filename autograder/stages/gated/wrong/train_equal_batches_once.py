"""Task 4.4. A batch that comes twice is trained on once; its loss is given twice.

Witness:
    after(m, rounds=2)
"""

_train = train


def train(model, batches, lr, threshold):
    seen = {}
    out = []
    kept = []
    for tokens, weights in batches:
        key = tokens.numpy().tobytes() + weights.numpy().tobytes()
        if key not in seen:
            seen[key] = len(kept)
            kept.append((tokens, weights))
        out.append(seen[key])
    losses = _train(model, kept, lr, threshold)
    return [losses[i] for i in out]
