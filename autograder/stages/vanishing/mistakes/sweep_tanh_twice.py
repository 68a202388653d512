"""The states go through tanh twice.

Which function makes h_t in the docstring of `sweep`?
"""

import numpy as np


def sweep(radii, hidden_size, length, seeds):
    mean_log = np.zeros((len(radii), length + 1))
    for i, radius in enumerate(radii):
        for seed in seeds:
            rng = np.random.default_rng(seed)
            W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
            h = np.zeros((length + 1, hidden_size))
            h[0] = rng.uniform(-0.1, 0.1, hidden_size)
            for t in range(1, length + 1):
                h[t] = np.tanh(np.tanh(W_h @ h[t - 1]))
            mean_log[i] += np.log(jacobian_norms(h, W_h, length)[::-1]) / len(seeds)
    return np.exp(mean_log)
