"""Task 1.2. The state after a word is looked up where the word has occurred before.

Witness:
    m.forward(p, np.vstack([x[:2], x[:2]]), h_0)
"""


def forward(params, x, h_0):
    seen, h = {}, [h_0]
    for x_t in x:
        key = x_t.tobytes()
        if key not in seen:
            seen[key] = np.tanh(params["W_h"] @ h[-1] + params["W_x"] @ x_t + params["b"])
        h.append(seen[key])
    z = np.array(h[1:]) @ params["W_y"].T
    return np.array(h), z, np.array([softmax(z_t) for z_t in z])
