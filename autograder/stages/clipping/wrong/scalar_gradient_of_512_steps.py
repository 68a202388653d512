"""Task 3.4. The gradient goes back 512 steps at most.

Witness:
    m.scalar_rnn_grad(4.0, -2.0, 0.5, 800, 0.2)
"""


def scalar_rnn_grad(w, b, h_0, steps, target):
    h = [h_0]
    for _ in range(steps):
        h.append(np.exp(-np.logaddexp(0.0, -(w * h[-1] + b))))
    dL_dw, dL_db = 0.0, 0.0
    dL_dh = 2 * (h[steps] - target)
    for t in range(steps, max(0, steps - 512), -1):
        dL_da = dL_dh * h[t] * (1 - h[t])
        dL_dw += dL_da * h[t - 1]
        dL_db += dL_da
        dL_dh = dL_da * w
    return dL_dw, dL_db
