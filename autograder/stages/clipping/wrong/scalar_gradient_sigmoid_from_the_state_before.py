"""Task 3.4. The slope is taken at the state before: h_{t-1} (1 - h_{t-1}).

Named: scalar-gradient-slope-of-the-state-before

Witness:
    m.scalar_rnn_grad(1.5, -0.4, 0.3, 3, 0.9)
"""


def scalar_rnn_grad(w, b, h_0, steps, target):
    h = [h_0]
    for _ in range(steps):
        h.append(1 / (1 + np.exp(-(w * h[-1] + b))))
    dw = db = 0.0
    dh = 2 * (h[steps] - target)
    for t in range(steps, 0, -1):
        da = dh * h[t - 1] * (1 - h[t - 1])
        dw, db, dh = dw + da * h[t - 1], db + da, da * w
    return dw, db
