"""torch's own recurrent modules and functions, refused while student code runs.

Two nets. Making a module of torch's recurrent classes, or of a class built on one, is refused where every torch
module begins; running a recurrent operator is refused in torch's dispatcher, which all names and aliases of it lead to.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

OPERATORS = ("lstm.input", "lstm.data", "lstm_cell", "gru.input", "gru.data", "gru_cell", "rnn_tanh.input",
             "rnn_tanh.data", "rnn_tanh_cell", "rnn_relu.input", "rnn_relu.data", "rnn_relu_cell")


class Ban:
    """The ban of one process. It holds inside `enforced`, or after `enforce`; inside `lifted` it does not."""

    def __init__(self) -> None:
        self.holds = False
        self._library: Any = None

    def enforce(self) -> None:
        """Let it hold from now on."""
        self.holds = True

    @contextlib.contextmanager
    def enforced(self) -> Iterator[None]:
        """A context in which it holds."""
        with self._set(True):
            yield

    @contextlib.contextmanager
    def lifted(self) -> Iterator[None]:
        """A context in which it does not hold."""
        with self._set(False):
            yield

    @contextlib.contextmanager
    def _set(self, holds: bool) -> Iterator[None]:
        before, self.holds = self.holds, holds
        try:
            yield
        finally:
            self.holds = before

    def check(self, name: str) -> None:
        """Raise RuntimeError when the ban holds."""
        if self.holds:
            raise RuntimeError(f"torch's own {name} does not count: write the equations yourself")

    def cast_nets(self) -> None:
        """Watch torch's modules and operators."""
        import torch

        begin = torch.nn.Module.__init__

        def watched(module: torch.nn.Module, *args: Any, **kwargs: Any) -> None:
            for kind in type(module).__mro__:
                if kind.__module__.startswith("torch.") and kind.__module__.endswith(".rnn"):
                    self.check(kind.__name__)
            begin(module, *args, **kwargs)

        torch.nn.Module.__init__ = watched  # type: ignore[method-assign,assignment]
        self._library = torch.library.Library("aten", "IMPL")
        for name in OPERATORS:
            for key in ("AutogradCPU", "CPU"):
                self._library.impl(name, self._operator(name), key)

    def _operator(self, name: str) -> Callable[..., Any]:
        """The operator as torch composes it from others, behind the check."""
        import torch

        packet, _, overload = name.partition(".")
        operator = getattr(getattr(torch.ops.aten, packet), overload or "default")

        def checked(*args: Any, **kwargs: Any) -> Any:
            self.check(packet)
            return operator.decompose(*args, **kwargs)

        return checked


@cache
def install() -> Ban:
    """The ban of this process, not yet in force."""
    ban = Ban()
    ban.cast_nets()
    return ban
