"""The softmax is taken once more in dL/dz.

y_hat_t are probabilities already. What is left of the gradient where the prediction is perfect?
"""



def dL_dz(y_hat_t, y_t):
    grad = softmax(y_hat_t)
    grad[y_t] -= 1
    return grad
