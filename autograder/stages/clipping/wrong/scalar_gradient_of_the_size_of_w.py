"""Task 3.4. What is carried back is multiplied by the size of w, not by w.

Witness:
    m.scalar_rnn_grad(-2.0, 0.5, 0.3, 3, 0.1)
"""


def scalar_rnn_grad(w, b, h_0, steps, target):
    hs = [h_0]
    for _ in range(steps):
        hs.append(float(np.exp(-np.logaddexp(0, -(w * hs[-1] + b)))))
    g, dw, db = 2 * (hs[-1] - target), 0.0, 0.0
    for t in range(steps, 0, -1):
        g *= hs[t] * (1 - hs[t])
        dw, db, g = dw + g * hs[t - 1], db + g, g * abs(w)
    return dw, db
