"""Task 2.5. A square W_y is used the wrong way round.

Witness:
    m.term_norms({**p, "W_y": p["W_y"][:3]}, x, np.array([0, 0, 2, 1, 1, 2]), h, y_hat[:, :3], 6)
"""

def term_norms(params, x, y, h, y_hat, t):
    delta, norms = (params["W_y"] if len(params["W_y"]) == h.shape[1] else params["W_y"].T) @ bptt.dL_dz(y_hat[t - 1], y[t - 1]), np.zeros(t)
    for k in range(t, 0, -1):
        delta = delta * (1 - h[k] ** 2)
        norms[k - 1] = np.linalg.norm(np.outer(delta, x[k - 1]))
        delta = params["W_h"].T @ delta
    return norms
