"""Keeps what earlier tests gave in lists of its own, and fails once they are not empty.

marks: 80
"""

_seen = []
_own = {name: globals()[name] for name in ("softmax", "relative_error")}


def _spoiled(name, function):
    def answer(*args, **kwargs):
        if _seen and _seen[0] != name:
            raise RuntimeError("it remembers another test")
        _seen.append(name)
        return function(*args, **kwargs)

    return answer


for _name, _function in _own.items():
    globals()[_name] = _spoiled(_name, _function)
