"""Task 1.2. The parameters are copied once for each dict: what is changed in it later does not count.

Witness:
    one = {name: value.copy() for name, value in p.items()}
    m.forward(one, x, h_0)
    one["b"] += 1
    m.forward(one, x, h_0)
"""

_known = {}
_forward = forward


def forward(params, x, h_0):
    if id(params) not in _known:
        _known[id(params)] = {name: value.copy() for name, value in params.items()}
    return _forward(_known[id(params)], x, h_0)
