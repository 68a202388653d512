"""Task 2.4. One generator is made from all seeds together.

Witness:
    m.sweep([0.9], 3, 4, [5, 6])
"""


def sweep(radii, hidden_size, length, seeds):
    out = []
    for radius in radii:
        rng, logs = np.random.default_rng(list(map(int, seeds))), []
        for _ in seeds:
            W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
            h = [rng.uniform(-0.1, 0.1, hidden_size)]
            for _ in range(length):
                h.append(np.tanh(W_h @ h[-1]))
            logs.append(np.log(jacobian_norms(np.array(h), W_h, length)[::-1]))
        out.append(np.exp(np.mean(logs, axis=0)))
    return np.array(out)
