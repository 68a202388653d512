"""The geometric mean becomes 0 although no norm is 0.

Multiply five norms of 1e-80. What is the smallest number a float can hold? A geometric mean is also an ordinary mean
of something else.
"""

import numpy as np


def sweep(radii, hidden_size, length, seeds):
    def one(radius, seed):
        rng = np.random.default_rng(seed)
        W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
        h_0 = rng.uniform(-0.1, 0.1, hidden_size)
        h = np.zeros((length + 1, hidden_size))
        h[0] = h_0
        for t in range(1, length + 1):
            h[t] = np.tanh(W_h @ h[t - 1])
        return jacobian_norms(h, W_h, length)[::-1]

    return np.array([np.prod([one(radius, seed) for seed in seeds], axis=0) ** (1 / len(seeds)) for radius in radii])
