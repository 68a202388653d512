"""Task 1.2. The states lie in an array that the next run of the same size writes over.

Witness:
    first = m.forward(p, x, h_0)
    m.forward(p, -x, h_0)
    first
"""

_states = {}
_forward = forward


def forward(params, x, h_0):
    h, z, y_hat = _forward(params, x, h_0)
    kept = _states.setdefault(h.shape, np.empty(h.shape))
    kept[...] = h
    return kept, z, y_hat
