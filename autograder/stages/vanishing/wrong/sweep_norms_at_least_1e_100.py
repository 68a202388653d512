"""Task 2.4. No norm is below 1e-100.

Witness:
    m.sweep([1e-3], 2, 60, [0])
"""

def sweep(radii, hidden_size, length, seeds):
    rows = []
    for radius in radii:
        logs = []
        for seed in seeds:
            rng = np.random.default_rng(seed)
            W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
            h = [rng.uniform(-0.1, 0.1, hidden_size)]
            for _ in range(length):
                h.append(np.tanh(W_h @ h[-1]))
            logs.append(np.log(np.maximum(jacobian_norms(np.array(h), W_h, length)[::-1], 1e-100)))
        rows.append(np.exp(np.mean(logs, axis=0)))
    return np.array(rows)
