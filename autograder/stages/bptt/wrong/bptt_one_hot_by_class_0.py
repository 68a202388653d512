"""Task 1.6. A negative class is none, and so, by a slip of >, is class 0: no 1 is subtracted for it.

Witness:
    m.bptt(*args)
"""


def bptt(params, x, y, h, y_hat):
    T = len(x)
    dz = np.array(y_hat, dtype=float)
    for t in range(T):
        if y[t] > 0:
            dz[t, y[t]] -= 1
    da, carry = np.zeros((T, h.shape[1])), np.zeros(h.shape[1])
    for t in range(T, 0, -1):
        da[t - 1] = (1 - h[t] ** 2) * (params["W_y"].T @ dz[t - 1] + carry)
        carry = params["W_h"].T @ da[t - 1]
    return {"W_x": da.T @ x, "W_h": da.T @ h[:-1], "b": da.sum(axis=0), "W_y": dz.T @ h[1:], "h_0": carry}
