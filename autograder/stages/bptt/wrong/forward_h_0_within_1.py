"""Task 1.2. The state at the start is clipped to -1 to 1, as the others lie there.

Witness:
    m.forward(p, x, 3 + h_0)[0][0]
"""

_forward = forward


def forward(params, x, h_0):
    return _forward(params, x, np.clip(h_0, -1, 1))
