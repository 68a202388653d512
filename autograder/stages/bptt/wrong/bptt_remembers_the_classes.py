"""Task 1.6. Remembered by the array of classes itself: what is changed in it later does not count.

Witness:
    classes = y.copy()
    m.bptt(p, x, classes, h, y_hat)
    classes[0] = 1
    m.bptt(p, x, classes, h, y_hat)
"""

_known = {}
_bptt = bptt


def bptt(params, x, y, h, y_hat):
    key = id(y), x.tobytes(), h.tobytes(), y_hat.tobytes(), *(value.tobytes() for value in params.values())
    if key not in _known:
        _known[key] = y, _bptt(params, x, y, h, y_hat)
    return {name: value.copy() for name, value in _known[key][1].items()}
