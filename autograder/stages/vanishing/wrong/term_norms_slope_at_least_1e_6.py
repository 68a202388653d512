"""Task 2.5. No slope is below 1e-6.

Witness:
    steep = h.copy()
    steep[2] = 1 - 1e-9
    m.term_norms(p, x, y, steep, y_hat, 6)
"""

def term_norms(params, x, y, h, y_hat, t):
    delta, norms = params["W_y"].T @ bptt.dL_dz(y_hat[t - 1], y[t - 1]), np.zeros(t)
    for k in range(t, 0, -1):
        delta = delta * np.maximum(1 - h[k] ** 2, 1e-6)
        norms[k - 1] = np.linalg.norm(np.outer(delta, x[k - 1]))
        delta = params["W_h"].T @ delta
    return norms
