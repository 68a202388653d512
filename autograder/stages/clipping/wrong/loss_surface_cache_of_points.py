"""Task 3.5. Losses are remembered by (w, b) rounded to three digits.

Witness:
    m.loss_surface(np.array([1.0, 1.0001]), np.array([0.0]), 1.0, 1, 0.0)
"""


def loss_surface(ws, bs, h_0, steps, target):
    found = {}
    for w in ws:
        for b in bs:
            found.setdefault((round(float(w), 3), round(float(b), 3)), scalar_rnn_loss(w, b, h_0, steps, target))
    return np.array([[found[round(float(w), 3), round(float(b), 3)] for w in ws] for b in bs])
