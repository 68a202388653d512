"""Task 3.4. The way back ends once the error is below 1e-8, though every step would have added as much.

Witness:
    m.scalar_rnn_grad(4.0, -2.0, 0.5, 80, 0.5 - 1e-9)
"""


def scalar_rnn_grad(w, b, h_0, steps, target):
    h = [h_0]
    for _ in range(steps):
        h.append(1 / (1 + np.exp(-(w * h[-1] + b))))
    dw = db = 0.0
    dh = 2 * (h[steps] - target)
    for t in range(steps, 0, -1):
        if abs(dh) < 1e-8:
            break
        da = dh * h[t] * (1 - h[t])
        dw, db, dh = dw + da * h[t - 1], db + da, da * w
    return dw, db
