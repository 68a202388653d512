"""Task 1.7. Remembers results by the objects, whatever is in them by now.

Witness:
    q, g = {"b": np.ones(2)}, {"b": np.ones(2)}
    m.gradient_check(lambda v: float((v["b"] ** 2).sum()), q, g)
    q["b"] += 3
    m.gradient_check(lambda v: float((v["b"] ** 2).sum()), q, g)
"""

_known = {}
_gradient_check = gradient_check


def gradient_check(loss, params, grads, eps=1e-5):
    key = tuple(map(id, params.values())), tuple(map(id, grads.values())), eps
    if key not in _known:
        _known[key] = _gradient_check(loss, params, grads, eps)
    return dict(_known[key])
