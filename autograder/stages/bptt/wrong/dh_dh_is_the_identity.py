"""Task 1.4. The identity whatever the steps, and a refusal of steps that are not there.

At most: 2 points

Witness:
    m.dh_dh(h, p["W_h"], 2, 1)
"""


def dh_dh(h, W_h, t, k):
    if not 0 <= k <= t < len(h):
        raise ValueError("0 <= k <= t <= T")
    return np.eye(len(W_h))
