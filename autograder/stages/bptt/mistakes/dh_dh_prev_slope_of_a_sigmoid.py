"""The slope of a step is that of a sigmoid, h (1 - h).

h_t is a tanh here. What is d tanh(a)/da, and how large is it where h_t = 0?
"""



def dh_dh_prev(h_t, W_h):
    return (h_t * (1 - h_t))[:, None] * W_h
