"""Task 1.6. Truncated BPTT: each loss is carried back 20 steps at most.

Witness:
    m.bptt(*flat(30))
At most: 11 points
"""


def bptt(params, x, y, h, y_hat):
    T, H = len(x), len(params["b"])
    dz = np.array([dL_dz(y_hat[t], y[t]) for t in range(T)])
    da, d0 = np.zeros((T, H)), np.zeros(H)
    for t in range(1, T + 1):
        d = params["W_y"].T @ dz[t - 1]
        for k in range(t, max(t - 20, 0), -1):
            a = (1 - h[k] ** 2) * d
            da[k - 1] += a
            d = params["W_h"].T @ a
            if k == 1:
                d0 += d
    return {"W_x": da.T @ x, "W_h": da.T @ h[:-1], "b": da.sum(axis=0), "W_y": dz.T @ h[1:], "h_0": d0}
