"""Task 1.3. -one_hot / y_hat: 0 / 0 is NaN where another class has the probability 0.

Witness:
    m.dL_dyhat(np.array([1.0, 0.0]), 0)
"""


def dL_dyhat(y_hat_t, y_t):
    one_hot = np.zeros(len(y_hat_t))
    one_hot[y_t] = 1
    return -one_hot / y_hat_t
