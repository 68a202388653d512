"""Task 2.2. Bisection, as if the norms fell steadily.

Witness:
    m.vanishing_lag(np.array([0.01, 0.4, 0.6, 0.05, 1.0]), 0.1)
"""


def vanishing_lag(norms, tolerance):
    below = np.asarray(norms)[::-1]
    low, high = 0, len(below)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if below[middle] < tolerance else (middle + 1, high)
    return low if low < len(below) else None
