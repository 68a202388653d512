"""Task 1.2. Of a longer sequence the inputs after step 512 are not read.

Witness:
    m.forward(p, np.ones((600, 2)) * np.linspace(-1, 1, 600)[:, None], h_0)[0][-1]
"""

_forward = forward


def forward(params, x, h_0):
    x = np.array(x)
    x[512:] = 0
    return _forward(params, x, h_0)
