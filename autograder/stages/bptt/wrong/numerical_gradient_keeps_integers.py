"""Task 1.7. The moved copy keeps theta's dtype: integers do not move by 1e-5.

Witness:
    m.numerical_gradient(lambda a: float((a**2).sum()), np.array([1, 2]))
"""


def numerical_gradient(f, theta, eps=1e-5):
    grad = np.zeros(theta.shape)
    for index in np.ndindex(theta.shape):
        up, down = theta.copy(), theta.copy()
        up[index] += eps
        down[index] -= eps
        grad[index] = (f(up) - f(down)) / (2 * eps)
    return grad
