"""Task 1.7. Moves theta itself and puts it back by arithmetic, which leaves the last digits changed.

Witness:
    theta = np.array([0.1, 0.7])
    m.numerical_gradient(lambda a: float((a**2).sum()), theta, 0.3)
    theta.tobytes().hex()
"""


def numerical_gradient(f, theta, eps=1e-5):
    grad = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        theta[i] += eps
        up = f(theta)
        theta[i] -= 2 * eps
        down = f(theta)
        theta[i] += eps
        grad[i] = (up - down) / (2 * eps)
    return grad
