"""The Jacobian of one step is transposed.

Entry [i, j] is dh_t[i]/dh_{t-1}[j]: the later state gives the row. Is that so in yours?
"""


def dh_dh_prev(h_t, W_h):
    return ((1 - h_t**2)[:, None] * W_h).T
