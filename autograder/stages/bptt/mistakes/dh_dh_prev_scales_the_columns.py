"""The slopes of the tanh multiply the columns of W_h instead of its rows.

In the chain rule for dh_t[i]/dh_{t-1}[j], through which unit's tanh does the path go: that of i or that of j? Look at
how NumPy broadcasts a vector of length H against a matrix (H, H).
"""


def dh_dh_prev(h_t, W_h):
    return (1 - h_t**2) * W_h
