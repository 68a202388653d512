"""Task 1.4. A negative t counts from the end.

Witness:
    try:
        got = str(m.dh_dh(h, p["W_h"], -1, 0).shape)
    except ValueError:
        got = "refused"
    got
"""

_dh_dh = dh_dh


def dh_dh(h, W_h, t, k):
    if t < -len(h) or t >= len(h) or k < 0:
        raise ValueError("no such step")
    return _dh_dh(h, W_h, range(len(h))[t], k)
