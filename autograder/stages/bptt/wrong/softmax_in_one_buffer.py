"""Task 1.1. Every result is the same array: the next call writes over it.

Witness:
    first = m.softmax(np.array([0.0, 1.0]))
    m.softmax(np.array([5.0, 1.0]))
    first
"""

_buffers = {}


def softmax(z):
    out = _buffers.setdefault(z.shape, np.empty(z.shape))
    np.exp(z - np.max(z, axis=-1, keepdims=True), out=out)
    out /= out.sum(axis=-1, keepdims=True)
    return out
