"""Task 3.3. Only the three matrices of the update are checked for Inf and NaN: one in which b alone overflows is accepted.

Witness:
    m.train({**one, "W_y": np.array([[50.0], [-50.0]])}, [still], 1e308)["restarts"]
"""


def train(params, batches, lr, threshold=None, checkpoint_every=10, max_restarts=5):
    theta = {name: np.array(value) for name, value in params.items()}
    checkpoint, losses, norms, restarts = theta, [], [], 0
    for x, y, h_0 in batches:
        with np.errstate(all="ignore"):
            h, _, y_hat = forward(theta, x, h_0)
            loss = float(sum(cross_entropy(p, c) for p, c in zip(y_hat, y)))
            every = bptt(theta, x, y, h, y_hat)
            grads = {name: every[name] for name in theta}
            norm = global_norm(grads)
            step = grads if threshold is None else clip_by_norm(grads, threshold)[0]
            updated = sgd_step(theta, step, lr)
        finite = all(np.isfinite(v).all() for v in (*grads.values(), *(updated[name] for name in ("W_x", "W_h", "W_y"))))
        if np.isfinite(loss) and finite:
            theta = updated
            losses.append(loss)
            norms.append(norm)
            if len(losses) % checkpoint_every == 0:
                checkpoint = theta
        else:
            theta = checkpoint
            if restarts == max_restarts:
                break
            restarts += 1
            lr = lr / 2
    return {"params": theta, "losses": losses, "norms": norms, "restarts": restarts}
