"""Task 2.4. From five units on, the networks start from zero.

Witness:
    m.sweep([1.4], 5, 5, [0])
"""

_sweep = sweep


def sweep(radii, hidden_size, length, seeds):
    if hidden_size < 5:
        return _sweep(radii, hidden_size, length, seeds)
    rows = []
    for radius in radii:
        logs = []
        for seed in seeds:
            W_h = rescale(np.random.default_rng(seed).standard_normal((hidden_size, hidden_size)), radius)
            logs.append(np.log(jacobian_norms(np.zeros((length + 1, hidden_size)), W_h, length)[::-1]))
        rows.append(np.exp(np.mean(logs, axis=0)))
    return np.array(rows)
