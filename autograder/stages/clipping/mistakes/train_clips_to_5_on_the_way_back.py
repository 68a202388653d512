"""What is carried back is clipped to 5 at every step of the backward pass.

Algorithm 1 clips once, the whole gradient, when the backward pass is over. What is left of its direction when what is
carried back is clipped at every step?
"""

import numpy as np


def carried_back(params, x, y, h, y_hat, limit):
    grads = {name: np.zeros(theta.shape) for name, theta in params.items()}
    dh_next = np.zeros(h.shape[1])
    for t in range(len(x), 0, -1):
        dz = y_hat[t - 1].copy()
        dz[y[t - 1]] -= 1
        da = (1 - h[t] ** 2) * (params["W_y"].T @ dz + dh_next)
        grads["W_y"] += np.outer(dz, h[t])
        grads["W_h"] += np.outer(da, h[t - 1])
        grads["W_x"] += np.outer(da, x[t - 1])
        grads["b"] += da
        dh_next = np.clip(params["W_h"].T @ da, -limit, limit)
    return grads


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    checkpoint = {name: theta.copy() for name, theta in params.items()}
    losses, norms, restarts = [], [], 0
    for x, y, h_0 in batches:
        with np.errstate(all="ignore"):  # what is not finite is found below
            h, _, y_hat = forward(params, x, h_0)                               # (T+1, H), (T, V), (T, V)
            loss = sum(cross_entropy(y_hat_t, y_t) for y_hat_t, y_t in zip(y_hat, y))
            grads = carried_back(params, x, y, h, y_hat, 5.0)
            norm = global_norm(grads)
            if threshold is not None:
                grads, norm = clip_by_norm(grads, threshold)
            updated = sgd_step(params, grads, lr)
        if np.isfinite(loss) and np.isfinite(norm) and all(np.isfinite(theta).all() for theta in updated.values()):
            params = updated
            losses.append(float(loss))
            norms.append(norm)
            if len(losses) % checkpoint_every == 0:
                checkpoint = {name: theta.copy() for name, theta in params.items()}
        else:
            params = checkpoint
            if restarts == max_restarts:
                break
            restarts += 1
            lr /= 2
    return {"params": params, "losses": losses, "norms": norms, "restarts": restarts}
