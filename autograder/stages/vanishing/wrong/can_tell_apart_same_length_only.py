"""Task 2.6. Medians of the pairwise ratios.

Witness:
    m.can_tell_apart(np.array([1.0, 2.0, 30.0]), np.array([30.0, 2.0, 1.0]), 1.5)
"""


def can_tell_apart(a, b, factor):
    n = min(len(a), len(b))
    ratio = np.asarray(a, float)[:n] / np.asarray(b, float)[:n]
    ratio = np.median(np.maximum(ratio, 1 / ratio))
    return bool(ratio > factor)
