"""Task 1.4. For t = k the identity is returned before anybody asks whether there is such a step.

Witness:
    try:
        m.dh_dh(h, p["W_h"], 9, 9)
        raised = False
    except ValueError:
        raised = True
    raised
"""

_dh_dh = dh_dh


def dh_dh(h, W_h, t, k):
    return np.eye(len(W_h)) if t == k else _dh_dh(h, W_h, t, k)
