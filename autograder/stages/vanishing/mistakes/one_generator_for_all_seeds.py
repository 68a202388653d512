"""The radii share one generator for each seed.

Run the sweep for one radius alone, and then together with another in front of it. Should its row change?
"""

import numpy as np


def sweep(radii, hidden_size, length, seeds):
    generators = [np.random.default_rng(seed) for seed in seeds]
    rows = []
    for radius in radii:
        logs = []
        for rng in generators:
            W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
            h = np.zeros((length + 1, hidden_size))
            h[0] = rng.uniform(-0.1, 0.1, hidden_size)
            for t in range(1, length + 1):
                h[t] = np.tanh(W_h @ h[t - 1])
            logs.append(np.log(jacobian_norms(h, W_h, length)[::-1]))
        rows.append(np.exp(np.mean(logs, axis=0)))
    return np.array(rows)
