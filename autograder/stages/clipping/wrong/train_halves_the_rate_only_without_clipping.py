"""Task 3.3. With clipping the learning rate is not halved.

Witness:
    m.train(p, good[:2] + [bad] + good[2:4], 0.01, 0.5)
"""


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    params = saved = {k: v.copy() for k, v in params.items()}
    losses, norms, restarts = [], [], 0
    with np.errstate(all="ignore"):
        for x, y, h_0 in batches:
            h, _, y_hat = forward(params, x, h_0)
            loss = sum(cross_entropy(q, c) for q, c in zip(y_hat, y))
            grads = {k: g for k, g in bptt(params, x, y, h, y_hat).items() if k in params}
            norm = global_norm(grads)
            new = sgd_step(params, grads if threshold is None else clip_by_norm(grads, threshold)[0], lr)
            if np.isfinite(loss) and np.isfinite(norm) and all(np.isfinite(v).all() for v in new.values()):
                params = new
                losses.append(float(loss))
                norms.append(float(norm))
                saved = new if len(losses) % checkpoint_every == 0 else saved
                continue
            params = saved
            if restarts == max_restarts:
                break
            restarts += 1
            lr = lr / 2 if threshold is None else lr
    return {"params": params, "losses": losses, "norms": norms, "restarts": restarts}
