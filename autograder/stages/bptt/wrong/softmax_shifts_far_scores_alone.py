"""Task 1.1. Subtracts the largest score only where it is above 700 or below -9,000.

Witness:
    m.softmax(np.array([-2000.0, -2001.0]))
"""

def softmax(z):
    if np.max(z) > 700 or np.max(z) < -9000:
        z = z - np.max(z, axis=-1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)
