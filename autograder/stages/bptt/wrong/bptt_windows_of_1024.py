"""Task 1.6. A sequence of more than 1024 steps is cut into windows of 1024.

Witness:
    m.bptt(*flat(1100))["h_0"]
"""

_bptt = bptt


def bptt(params, x, y, h, y_hat):
    total = None
    for i in reversed(range(0, len(x), 1024)):
        one = slice(i, i + 1024)
        part = _bptt(params, x[one], y[one], h[i:i + 1025], y_hat[one])
        total = part if total is None else {k: part[k] + (0 if k == "h_0" else total[k]) for k in part}
    return total
