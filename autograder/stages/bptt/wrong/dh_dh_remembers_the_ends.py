"""Task 1.4. Remembers products by the states at both ends, whatever lies between.

Witness:
    m.dh_dh(h, p["W_h"], 3, 1)
    m.dh_dh(h * np.array([1.0, 1.0, 0.5, 1.0, 1.0])[:, None], p["W_h"], 3, 1)
"""

_dh_dh, _products = dh_dh, {}


def dh_dh(h, W_h, t, k):
    if not 0 <= k <= t < len(h):
        raise ValueError("0 <= k <= t <= T")
    key = (t, k, np.asarray(h)[t].tobytes(), np.asarray(h)[k].tobytes(), np.asarray(W_h).tobytes())
    if key not in _products:
        _products[key] = _dh_dh(h, W_h, t, k)
    return _products[key].copy()
