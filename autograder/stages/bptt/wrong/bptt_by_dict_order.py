"""Task 1.6. Takes the parameters by their order in the dict, not by name.

Witness:
    m.bptt({key: p[key] for key in ("W_y", "b", "W_h", "W_x")}, x, y, h, y_hat)
"""


def bptt(params, x, y, h, y_hat):
    W_x, W_h, b, W_y = params.values()
    T = len(x)
    dz = np.array([dL_dz(y_hat[t], y[t]) for t in range(T)])
    da, carry = np.zeros((T, len(W_h))), np.zeros(len(W_h))
    for t in range(T, 0, -1):
        da[t - 1] = (1 - h[t] ** 2) * (W_y.T @ dz[t - 1] + carry)
        carry = W_h.T @ da[t - 1]
    return {"W_x": da.T @ x, "W_h": da.T @ h[:-1], "b": da.sum(axis=0), "W_y": dz.T @ h[1:], "h_0": carry}
