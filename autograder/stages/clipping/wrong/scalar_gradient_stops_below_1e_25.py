"""Task 3.4. The way back ends where the error is below 1e-25.

Witness:
    m.scalar_rnn_grad(1e-27, 0.0, 1e27, 2, 0.0)
"""


def scalar_rnn_grad(w, b, h_0, steps, target):
    h = [h_0]
    for _ in range(steps):
        h.append(np.exp(-np.logaddexp(0.0, -(w * h[-1] + b))))
    dL_dw, dL_db = 0.0, 0.0
    dL_dh = 2 * (h[steps] - target)
    for t in range(steps, 0, -1):
        if abs(dL_dh) < 1e-25:
            break
        dL_da = dL_dh * h[t] * (1 - h[t])
        dL_dw += dL_da * h[t - 1]
        dL_db += dL_da
        dL_dh = dL_da * w
    return dL_dw, dL_db
