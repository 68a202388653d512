"""Task 2.5. The right class has a probability of 1e-15 at least.

Witness:
    q = y_hat.copy()
    q[5] = [1 - 1e-20, 0, 1e-20, 0]
    m.term_norms(p, x, y, h, q, 6)
"""

def term_norms(params, x, y, h, y_hat, t):
    delta, norms = params["W_y"].T @ (bptt.dL_dyhat(np.maximum(y_hat[t - 1], 1e-15), y[t - 1]) @ bptt.dyhat_dz(y_hat[t - 1])), np.zeros(t)
    for k in range(t, 0, -1):
        delta = delta * (1 - h[k] ** 2)
        norms[k - 1] = np.linalg.norm(np.outer(delta, x[k - 1]))
        delta = params["W_h"].T @ delta
    return norms
