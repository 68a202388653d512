"""Task 3.3. The gradient of a sequence of more than 128 steps is that of its windows of 128: it is cut between them.

Witness:
    unit = {"W_x": np.ones((1, 1)), "W_h": np.ones((1, 1)), "b": np.zeros(1), "W_y": np.array([[0.4], [-0.3]])}
    m.train(unit, [(0.01 * rng.normal(size=(200, 1)), np.zeros(200, int), np.array([0.2]))], 0.01)["norms"]
"""


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    checkpoint = {name: theta.copy() for name, theta in params.items()}
    losses, norms, restarts = [], [], 0
    for x, y, h_0 in batches:
        with np.errstate(all="ignore"):  # what is not finite is found below
            h, _, y_hat = forward(params, x, h_0)                               # (T+1, H), (T, V), (T, V)
            loss = sum(cross_entropy(y_hat_t, y_t) for y_hat_t, y_t in zip(y_hat, y))
            grads = {name: 0.0 for name in params}
            for start in range(0, len(x), 128):
                steps = slice(start, start + 128)
                part = bptt(params, x[steps], y[steps], h[start:start + 129], y_hat[steps])
                grads = {name: grads[name] + part[name] for name in params}
            grads = {name: grads[name] for name in params}
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
