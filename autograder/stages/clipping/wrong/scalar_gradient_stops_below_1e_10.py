"""Task 3.4. The way back ends once the error is below 1e-10, though it would grow at every step.

Witness:
    m.scalar_rnn_grad(20.0, -10.0, 0.5, 50, 0.5 + 1e-12)[0] < -1e15
"""


def scalar_rnn_grad(w, b, h_0, steps, target):
    h = [h_0]
    for _ in range(steps):
        h.append(np.exp(-np.logaddexp(0.0, -(w * h[-1] + b))))
    dL_dw, dL_db = 0.0, 0.0
    dL_dh = 2 * (h[steps] - target)
    for t in range(steps, 0, -1):
        dL_da = dL_dh * h[t] * (1 - h[t])  # a_t = w h_{t-1} + b
        dL_dw += dL_da * h[t - 1]
        dL_db += dL_da
        dL_dh = dL_da * w
        if abs(dL_dh) < 1e-10:
            break
    return dL_dw, dL_db
