"""Task 2.4. With one unit the network is not drawn: its weight is the radius.

Witness:
    m.sweep([0.5], 1, 3, [8, 9])
"""

_sweep = sweep


def sweep(radii, hidden_size, length, seeds):
    if hidden_size > 1:
        return _sweep(radii, hidden_size, length, seeds)
    logs = np.zeros((len(radii), length + 1))
    for i, radius in enumerate(radii):
        for seed in seeds:
            h = [np.random.default_rng(seed).uniform(-0.1, 0.1, 1)]
            for _ in range(length):
                h.append(np.tanh(radius * h[-1]))
            logs[i] += np.log(jacobian_norms(np.array(h), np.array([[float(radius)]]), length)[::-1])
    return np.exp(logs / len(seeds))
