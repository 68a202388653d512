"""Task 1.7. A slope under 1e-6 is taken for rounding and set to 0.

Witness:
    m.numerical_gradient(lambda a: 1e-9 * float(a.sum()), np.zeros(2))
"""


def numerical_gradient(f, theta, eps=1e-5):
    theta = np.array(theta, dtype=float)
    grad = np.zeros(theta.shape)
    for i in np.ndindex(theta.shape):
        step = np.zeros(theta.shape)
        step[i] = eps
        slope = (f(theta + step) - f(theta - step)) / (2 * eps)
        grad[i] = slope if abs(slope) > 1e-6 else 0.0
    return grad
