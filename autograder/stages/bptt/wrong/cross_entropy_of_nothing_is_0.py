"""Task 1.1. A probability of 0 gives the loss 0, by the rule that 0 log 0 is 0, which is another 0.

Witness:
    m.cross_entropy(np.array([0.0, 1.0]), 0)
"""


def cross_entropy(y_hat_t, y_t):
    return 0.0 if y_hat_t[y_t] == 0 else float(-np.log(y_hat_t[y_t]))
