"""Task 2.3. The slope is r sd(y) / sd(x), which is NaN for norms that are all alike.

Witness:
    m.decay_rate(np.full(4, 0.5))
"""


def decay_rate(norms):
    lags, norms = np.arange(len(norms))[::-1], np.asarray(norms)
    x, y = lags[norms > 0], np.log(norms[norms > 0])
    with np.errstate(all="ignore"):
        return np.mean((x - x.mean()) / x.std() * ((y - y.mean()) / y.std())) * y.std() / x.std()
