"""Task 3.3. The parameters at the end are those of the last checkpoint, also where nothing went wrong.

Witness:
    m.train(p, good, 0.01)["params"]
"""

_train = train


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    out = _train(params, batches, lr, threshold, checkpoint_every, max_restarts)
    kept = len(out["losses"]) // checkpoint_every * checkpoint_every
    if out["restarts"] == 0 and kept < len(out["losses"]):
        out["params"] = _train(params, batches[:kept], lr, threshold, checkpoint_every, max_restarts)["params"]
    return out
