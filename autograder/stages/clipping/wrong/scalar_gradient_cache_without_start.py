"""Task 3.4. Remembered by w, b, steps and target: another start gives the first one's gradient.

Witness:
    m.scalar_rnn_grad(0.0, 0.0, 2.0, 1, -1.0)
    m.scalar_rnn_grad(0.0, 0.0, 3.0, 1, -1.0)
"""


_seen = {}

def scalar_rnn_grad(w, b, h_0, steps, target):
    key = (w, b, target, steps)
    if key in _seen:
        return _seen[key]
    h = [h_0]
    for _ in range(steps):
        h.append(np.exp(-np.logaddexp(0.0, -(w * h[-1] + b))))
    dL_dw, dL_db = (0.0, 0.0)
    dL_dh = 2 * (h[steps] - target)
    for t in range(steps, 0, -1):
        dL_da = dL_dh * h[t] * (1 - h[t])
        dL_dw += dL_da * h[t - 1]
        dL_db += dL_da
        dL_dh = dL_da * w
    _seen[key] = (dL_dw, dL_db)
    return (dL_dw, dL_db)
