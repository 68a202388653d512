"""In runs of fewer than ten updates, the only checkpoint is the one from before the first batch.

Where does training go on after a failure at batch 8, with checkpoint_every = 3?
"""

import numpy as np


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    checkpoint = {name: theta.copy() for name, theta in params.items()}
    losses, norms, restarts = [], [], 0
    for x, y, h_0 in batches:
        with np.errstate(all="ignore"):  # what is not finite is found below
            h, _, y_hat = forward(params, x, h_0)                               # (T+1, H), (T, V), (T, V)
            loss = sum(cross_entropy(y_hat_t, y_t) for y_hat_t, y_t in zip(y_hat, y))
            grads = bptt(params, x, y, h, y_hat)
            grads = {name: grads[name] for name in params}
            norm = global_norm(grads)
            if threshold is not None:
                grads, norm = clip_by_norm(grads, threshold)
            updated = sgd_step(params, grads, lr)
        if np.isfinite(loss) and np.isfinite(norm) and all(np.isfinite(theta).all() for theta in updated.values()):
            params = updated
            losses.append(float(loss))
            norms.append(norm)
        else:
            params = checkpoint
            if restarts == max_restarts:
                break
            restarts += 1
            lr /= 2
    return {"params": params, "losses": losses, "norms": norms, "restarts": restarts}
