"""Task 1.2. The inputs are read in the order in which they lie in memory.

Witness:
    m.forward(p, np.asfortranarray(x), h_0)
"""

_forward = forward


def forward(params, x, h_0):
    return _forward(params, x.ravel(order="K").reshape(x.shape), h_0)
