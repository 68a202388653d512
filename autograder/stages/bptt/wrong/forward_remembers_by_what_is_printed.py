"""Task 1.2. Remembers sequences by what print shows of them, which leaves out the middle of long ones.

Witness:
    long = np.random.default_rng(1).normal(size=(700, 2))
    m.forward(p, long, h_0)
    long[350] += 1.0
    m.forward(p, long, h_0)[0][351]
"""

_forward, _seen = forward, {}


def forward(params, x, h_0):
    key = str(x), np.asarray(h_0).tobytes(), *(np.asarray(theta).tobytes() for theta in params.values())
    if key not in _seen:
        _seen[key] = _forward(params, x, h_0)
    return tuple(part.copy() for part in _seen[key])
