"""Task 2.4. Runs with the transpose of W_h.

Named: sweep-W-h-transposed

Witness:
    m.sweep([0.6, 1.2], 3, 5, [0, 1, 2])
"""


def sweep(radii, hidden_size, length, seeds):
    out = np.zeros((len(radii), length + 1))
    for i, radius in enumerate(radii):
        rows = []
        for seed in seeds:
            rng = np.random.default_rng(seed)
            W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
            h = np.zeros((length + 1, hidden_size))
            h[0] = rng.uniform(-0.1, 0.1, hidden_size)
            for t in range(1, length + 1):
                h[t] = np.tanh(W_h.T @ h[t - 1])
            rows.append(np.log(jacobian_norms(h, W_h, length)[::-1]))
        out[i] = np.exp(np.mean(rows, axis=0))
    return out
