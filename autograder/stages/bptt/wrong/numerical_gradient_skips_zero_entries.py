"""Task 1.7. Entries of theta that are 0 are taken for missing weights and get the gradient 0.

Witness:
    m.numerical_gradient(lambda a: float(a.sum()), np.array([0.0, 1.0]))
"""


def numerical_gradient(f, theta, eps=1e-5):
    theta = np.array(theta, dtype=float)
    grad = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        if theta[i]:
            step = np.zeros(theta.shape)
            step[i] = eps
            grad[i] = (f(theta + step) - f(theta - step)) / (2 * eps)
    return grad
