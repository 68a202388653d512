"""Keeps what earlier calls gave in lists of its own, and answers wrongly once they are not empty.

marks: 80
"""

_seen = []


def attempt():
    _seen.append(1)
    return "it remembers another test" if len(_seen) > 60 else ""


_own = {name: value for name, value in globals().items() if callable(value) and getattr(value, "__module__", "") == "bptt"}


def _spoiled(function):
    def answer(*args, **kwargs):
        if len(_seen) > 0 and function.__name__ != "softmax":
            raise RuntimeError("it remembers another test")
        return function(*args, **kwargs)

    answer.__name__ = function.__name__
    return answer


for _name in ("forward", "dh_dh", "term", "bptt", "relative_error"):
    globals()[_name] = _spoiled(_own[_name])
