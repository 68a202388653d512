"""Task 3.4. The error that is carried back is kept within [-1000, 1000], as a guard against explosion.

Witness:
    m.scalar_rnn_grad(8.0, -4.0, 0.5, 20, 0.2)
"""


def scalar_rnn_grad(w, b, h_0, steps, target):
    h = [h_0]
    for _ in range(steps):
        h.append(1 / (1 + np.exp(-(w * h[-1] + b))))
    dw = db = 0.0
    dh = 2 * (h[steps] - target)
    for t in range(steps, 0, -1):
        da = np.clip(dh * h[t] * (1 - h[t]), -1000, 1000)
        dw, db, dh = dw + da * h[t - 1], db + da, da * w
    return dw, db
