"""The slope of a step is 1 - h and not 1 - h^2.

d tanh(a)/da is symmetric: it is the same for h_t and -h_t. Is yours?
"""



def dh_dh_prev(h_t, W_h):
    return (1 - h_t)[:, None] * W_h
