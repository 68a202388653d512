"""Task 1.6. dL/dW_x is put together word by word; of a word that occurs twice, the earlier gradient is overwritten.

Witness:
    m.bptt(p, np.vstack([x[:2], x[:2]]), y, h, y_hat)["W_x"]
"""


def bptt(params, x, y, h, y_hat):
    dz = y_hat.copy()
    dz[np.arange(len(y)), y] -= 1
    carry, da, words = np.zeros(h.shape[1]), np.zeros((len(x), h.shape[1])), {}
    for t in range(len(x), 0, -1):
        da[t - 1] = (dz[t - 1] @ params["W_y"] + carry) * (1 - h[t] ** 2)
        words[x[t - 1].tobytes()] = np.outer(da[t - 1], x[t - 1])
        carry = da[t - 1] @ params["W_h"]
    return {"W_x": sum(words.values()), "W_h": da.T @ h[:-1], "b": da.sum(axis=0), "W_y": dz.T @ h[1:], "h_0": carry}
