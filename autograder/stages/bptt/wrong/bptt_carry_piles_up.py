"""Task 1.6. What is carried back piles up: `+=` where it should be `=`.

Witness:
    m.bptt(*args)
At most: 8 points
"""


def bptt(params, x, y, h, y_hat):
    T, H = len(x), len(params["b"])
    dz = np.array(y_hat, dtype=float)
    dz[np.arange(T), y] -= 1
    da, carry = np.zeros((T, H)), np.zeros(H)
    for t in range(T, 0, -1):
        da[t - 1] = (1 - h[t] ** 2) * (params["W_y"].T @ dz[t - 1] + carry)
        carry += params["W_h"].T @ da[t - 1]
    return {"W_x": da.T @ x, "W_h": da.T @ h[:-1], "b": da.sum(axis=0), "W_y": dz.T @ h[1:], "h_0": carry}
