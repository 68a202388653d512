"""Task 3.4. `=` for `+=`: what is returned is the first step's part.

Named: scalar-gradient-of-the-first-step

Witness:
    m.scalar_rnn_grad(1.5, -0.4, 0.3, 3, 0.9)
"""


def scalar_rnn_grad(w, b, h_0, steps, target):
    h = [h_0]
    for _ in range(steps):
        h.append(1 / (1 + np.exp(-(w * h[-1] + b))))
    dh = 2 * (h[steps] - target)
    for t in range(steps, 0, -1):
        da = dh * h[t] * (1 - h[t])
        dw, db, dh = da * h[t - 1], da, da * w
    return dw, db
