"""The norms are those of the powers of W_h: the initial state is 0, or the slope of the tanh is left out.

From h_0 = 0, without an input, what are all later states, and the slope of the tanh at each?
"""

import numpy as np


def sweep(radii, hidden_size, length, seeds):
    def one(radius, seed):
        rng = np.random.default_rng(seed)
        W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
        h_0 = np.zeros(hidden_size)
        h = np.zeros((length + 1, hidden_size))
        h[0] = h_0
        for t in range(1, length + 1):
            h[t] = np.tanh(W_h @ h[t - 1])
        return jacobian_norms(h, W_h, length)[::-1]

    return np.array([np.exp(np.mean([np.log(one(radius, seed)) for seed in seeds], axis=0)) for radius in radii])
