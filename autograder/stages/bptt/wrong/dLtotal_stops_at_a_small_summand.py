"""Task 1.5. Goes back from each loss until a summand is small beside the sum, and takes all before it for small too.

Witness:
    silent = np.array(x)
    silent[2] = 0
    m.dLtotal_dW_x(p, silent, y, h, y_hat)
"""


def dLtotal_dW_x(params, x, y, h, y_hat):
    total = np.zeros_like(params["W_x"])
    for t in range(1, len(x) + 1):
        for k in range(t, 0, -1):
            one = term(params, x, y, h, y_hat, t, k)
            total += one
            if np.linalg.norm(one) < 1e-12 * np.linalg.norm(total):
                break
    return total
