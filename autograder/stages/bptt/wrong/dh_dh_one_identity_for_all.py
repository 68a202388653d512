"""Task 1.4. dh_dh keeps one identity matrix and returns it for k = t: a caller that changes it changes the next answer.

Witness:
    m.dh_dh(h, p["W_h"], 2, 2)[0, 0] = 7
    m.dh_dh(h, p["W_h"], 2, 2)
"""

_dh_dh, _kept = dh_dh, {}


def dh_dh(h, W_h, t, k):
    if 0 <= k == t < len(h):
        return _kept.setdefault(len(W_h), np.eye(len(W_h)))
    return _dh_dh(h, W_h, t, k)
