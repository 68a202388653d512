"""Task 1.7. Entries with the same value share one derivative.

Witness:
    m.numerical_gradient(lambda theta: float(theta @ [1, 2, 3]), np.array([0.5, 0.5, 1.0]))
"""


def numerical_gradient(f, theta, eps=1e-5):
    theta = np.array(theta, dtype=float)
    seen, out = {}, np.zeros(theta.shape)
    for index in np.ndindex(theta.shape):
        value = theta[index]
        if value not in seen:
            theta[index] = value + eps
            up = f(theta)
            theta[index] = value - eps
            seen[value] = (up - f(theta)) / (2 * eps)
            theta[index] = value
        out[index] = seen[value]
    return out
