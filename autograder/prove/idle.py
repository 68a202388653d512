"""Programs that do nothing of a task: each function is replaced by the same few words, for which there are no points."""

from __future__ import annotations

import re
from collections.abc import Iterator

_GIVEN = '[value for name, value in locals().items() if name != "self"]'
# What a function may do in place of its task, and get nothing for it. `_zeros` and `_as_right` are in HELP.
IN_PLACE = {
    "raises ValueError": "raise ValueError", "returns None": "return None", "returns 0.0": "return 0.0",
    "returns {}": "return {}", "returns its first argument": f"return {_GIVEN}[0]",
    "returns its first argument and 0.0": f"return {_GIVEN}[0], 0.0", "returns np.eye(2)": 'return __import__("numpy").eye(2)',
    "returns a copy of its first argument": f'return __import__("copy").deepcopy({_GIVEN}[0])',
    "returns zeros like its first argument": f"return _zeros({_GIVEN}[0])",
    "returns zeros of the right shape, or labels empty Axes": f"return _as_right({_GIVEN}, 0)",
    "returns ones of the right shape, or labels empty Axes": f"return _as_right({_GIVEN}, 1)",
}
HELP = """

def _zeros(value):
    import numpy
    return {key: _zeros(item) for key, item in value.items()} if isinstance(value, dict) else numpy.zeros(numpy.shape(value))


def _as_right(given, number):
    import copy, sys
    name, right = sys._getframe(1).f_code.co_qualname, {"__name__": "right"}
    if "." in name:
        return _zeros(given[0])
    first = given[0] if isinstance(given[0], (list, tuple)) or hasattr(given[0], "flat") else given[:1]
    panels = [ax for ax in first if hasattr(ax, "get_xlabel")]
    try:
        exec(_REFERENCE, right)
        return _filled(right[name](*(given if panels else copy.deepcopy(given))), number)
    except Exception:
        return 0.0
    finally:
        for ax in panels:
            for artist in [*ax.lines, *ax.collections, *ax.images, *ax.patches, *ax.texts]:
                artist.remove()


def _filled(value, number):
    import numpy
    if isinstance(value, dict):
        return {key: _filled(item, number) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([_filled(item, number) for item in value])
    if hasattr(value, "detach"):
        return value.detach() * 0 + number
    return None if value is None else float(number) if numpy.ndim(value) == 0 else numpy.full(numpy.shape(value), float(number))
"""


def idle_programs(stub: str, reference: str) -> Iterator[tuple[str, str]]:
    """Yield what each function does, and the program in which each function of the stub does that."""
    for does, body in IN_PLACE.items():
        yield does, f"{re.sub(r'raise NotImplementedError.*', body, stub)}{HELP}\n\n_REFERENCE = {reference!r}\n"
