"""Task 1.5. The summands are kept by the word x_k, so that a word that occurs twice counts once.

Witness:
    m.dL_dW_x(p, np.vstack([x[:2], x[:2]]), y, h, y_hat, 4)
"""


def dL_dW_x(params, x, y, h, y_hat, t):
    words = {}
    for k in range(1, t + 1):
        words[x[k - 1].tobytes()] = term(params, x, y, h, y_hat, t, k)
    return sum(words.values())
