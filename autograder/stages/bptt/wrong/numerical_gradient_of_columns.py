"""Task 1.7. Fills the gradient in the order of the memory, which is another one for a transposed theta.

Witness:
    m.numerical_gradient(lambda a: float((a * np.arange(6.0).reshape(2, 3)).sum()), np.ones((3, 2)).T)
"""


def numerical_gradient(f, theta, eps=1e-5):
    theta = np.array(theta, dtype=float)
    flat = theta.ravel(order="K").copy()
    grad = np.zeros(flat.size)
    for i in range(flat.size):
        up, down = flat.copy(), flat.copy()
        up[i] += eps
        down[i] -= eps
        grad[i] = (f(up.reshape(theta.shape)) - f(down.reshape(theta.shape))) / (2 * eps)
    return grad.reshape(theta.shape, order="F" if theta.flags.f_contiguous else "C")
