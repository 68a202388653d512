"""The exponentials are not divided by their sum.

Look at what the entries of y_hat add up to.
"""
import numpy as np

def softmax(z):
    return np.exp(z - z.max())
