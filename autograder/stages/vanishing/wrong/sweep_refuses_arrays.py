"""Task 2.4. Asks for the truth of the radii, which an array does not have.

Witness:
    m.sweep(np.array([0.5, 0.9]), 2, 3, [0])
"""

def sweep(radii, hidden_size, length, seeds):
    if not radii or not seeds:
        return np.ones((0, length + 1))
    rows = []
    for radius in radii:
        logs = []
        for seed in seeds:
            rng = np.random.default_rng(seed)
            W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
            h = [rng.uniform(-0.1, 0.1, hidden_size)]
            for _ in range(length):
                h.append(np.tanh(W_h @ h[-1]))
            logs.append(np.log(jacobian_norms(np.array(h), W_h, length)[::-1]))
        rows.append(np.exp(np.mean(logs, axis=0)))
    return np.array(rows)
