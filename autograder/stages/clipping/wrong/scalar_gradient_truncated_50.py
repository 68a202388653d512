"""Task 3.4. Truncated BPTT: only the last 50 steps are summed.

Witness:
    m.scalar_rnn_grad(4.0, -2.0, 0.5, 80, 0.2)
"""


def scalar_rnn_grad(w, b, h_0, steps, target):
    h = [h_0]
    for _ in range(steps):
        h.append(1 / (1 + np.exp(-(w * h[-1] + b))))
    dw = db = 0.0
    dh = 2 * (h[steps] - target)
    for t in range(steps, max(steps - 50, 0), -1):
        da = dh * h[t] * (1 - h[t])
        dw, db, dh = dw + da * h[t - 1], db + da, da * w
    return dw, db
