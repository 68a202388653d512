"""Task 1.7. The step is 1e-5, whatever was asked for; gradient_check, which builds on it, is right.

Witness:
    m.numerical_gradient(lambda at: float((at**3).sum()), np.ones(2), 0.5)
"""


def numerical_gradient(f, theta, eps=1e-5):
    eps, theta = 1e-5, np.array(theta, dtype=float)
    gradient = np.zeros(theta.shape)
    for at in np.ndindex(*theta.shape):
        up, down = theta.copy(), theta.copy()
        up[at] += eps
        down[at] -= eps
        gradient[at] = (f(up) - f(down)) / (2 * eps)
    return gradient
