"""Task 3.2. The entries are divided by the largest, not by the largest absolute one.

Witness:
    m.global_norm({"a": np.array([-1e200, 1e-200])})
"""


def global_norm(grads):
    v = np.concatenate([np.ravel(g).astype(float) for g in grads.values()])
    top = v.max() or np.abs(v).max()
    with np.errstate(all="ignore"):
        return float(abs(top) * np.sqrt(np.sum((v / top) ** 2))) if top and np.isfinite(v).all() else float(np.abs(v).sum())
