"""Task 1.6. Rows are counted from 0 with h[1:] as the states, so that h[t - 1] at the first step is the last state and not h_0.

Witness:
    m.bptt(*args)["W_h"]
Named: bptt-h-0-is-the-last-state
"""


def bptt(params, x, y, h, y_hat):
    T = len(x)
    states = h[1:]
    dz = np.array([dL_dz(y_hat[t], y[t]) for t in range(T)])
    dW_h, da, carry = np.zeros(params["W_h"].shape), np.zeros(states.shape), np.zeros(h.shape[1])
    for t in reversed(range(T)):
        da[t] = (1 - states[t] ** 2) * (params["W_y"].T @ dz[t] + carry)
        dW_h += np.outer(da[t], states[t - 1])
        carry = params["W_h"].T @ da[t]
    return {"W_x": da.T @ x, "W_h": dW_h, "b": da.sum(axis=0), "W_y": dz.T @ states, "h_0": carry}
