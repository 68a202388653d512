"""Task 3.3. A loss above ten thousand is treated as if it were not finite.

Witness:
    sure = {**one, "b": np.ones(1), "W_y": np.array([[400.0], [-400.0]])}
    m.train(sure, [(np.zeros((40, 1)), np.ones(40, int), np.zeros(1))], 1e-9)["restarts"]
"""


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    checkpoint = {name: theta.copy() for name, theta in params.items()}
    losses, norms, restarts = [], [], 0
    for x, y, h_0 in batches:
        with np.errstate(all="ignore"):
            h, _, y_hat = forward(params, x, h_0)
            loss = sum(cross_entropy(y_hat_t, y_t) for y_hat_t, y_t in zip(y_hat, y))
            grads = bptt(params, x, y, h, y_hat)
            grads = {name: grads[name] for name in params}
            norm = global_norm(grads)
            if threshold is not None:
                grads, norm = clip_by_norm(grads, threshold)
            updated = sgd_step(params, grads, lr)
        if loss < 1e4 and np.isfinite(norm) and all(np.isfinite(theta).all() for theta in updated.values()):
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
