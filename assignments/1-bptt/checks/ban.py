"""Block torch's own recurrent modules and functions while student code runs.

There are three layers. `torch.nn.Module.__init__` refuses instances of torch's recurrent classes and their subclasses. In the
dispatcher, a check precedes the kernel that every name, alias and detour (decompose, redispatch) of a recurrent operator ends
in. And torch's Python versions of these operators are wrapped wherever torch keeps them.
"""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Callable, Iterator
from functools import cache, wraps
from typing import Any

from .loaded import loaded
from .words import N_, _

OWN_DOES_NOT_COUNT = N_("torch's own {name} does not count: write the equations yourself")
OPERATORS = ("lstm.input", "lstm.data", "lstm_cell", "gru.input", "gru.data", "gru_cell", "rnn_tanh.input",
             "rnn_tanh.data", "rnn_tanh_cell", "rnn_relu.input", "rnn_relu.data", "rnn_relu_cell", "quantized_lstm_cell",
             "quantized_gru_cell", "quantized_rnn_tanh_cell", "quantized_rnn_relu_cell")
# Operators with kernels of their own: whole layers in builds with oneDNN, and quantized cells and layers.
ON_THE_PROCESSOR = re.compile(r"(aten::mkldnn_rnn_layer|(aten|quantized)::quantized_(lstm|gru|rnn_tanh|rnn_relu)\w*)"
                              r"(\.(input|data)\w*)?")
_PYTHON_VERSIONS = re.compile(r"(?<![a-z])(rnn|lstm|gru)(?![a-z])")


class Ban:
    """The ban in one process. It is active inside `enforced` or after `enforce`, and suspended inside `lifted`."""

    def __init__(self) -> None:
        self.holds = False
        self._libraries: dict[str, Any] = {}

    def enforce(self) -> None:
        """Activate the ban from now on."""
        self.holds = True

    @contextlib.contextmanager
    def enforced(self) -> Iterator[None]:
        """Context in which the ban is active."""
        with self._set(True):
            yield

    @contextlib.contextmanager
    def lifted(self) -> Iterator[None]:
        """Context in which the ban is suspended."""
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
        """Raise RuntimeError if the ban is active."""
        if self.holds:
            raise RuntimeError(_(OWN_DOES_NOT_COUNT, name=name))

    def cast_nets(self) -> None:
        """Install the checks in torch's modules, dispatcher and Python functions."""
        import torch

        begin = torch.nn.Module.__init__

        def watched(module: torch.nn.Module, *args: Any, **kwargs: Any) -> None:
            for kind in type(module).__mro__:
                if kind.__module__.startswith("torch.") and kind.__module__.endswith(".rnn"):
                    self.check(kind.__name__)
            begin(module, *args, **kwargs)

        torch.nn.Module.__init__ = watched  # type: ignore[method-assign,assignment]
        self._libraries = {name: torch.library.Library(name, "IMPL") for name in ("aten", "quantized")}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of replaced kernels; replacing them is the purpose
            for name in OPERATORS:
                self._guard(f"aten::{name}", "AutogradCPU", "CompositeImplicitAutograd")
            for name in filter(ON_THE_PROCESSOR.fullmatch, torch._C._dispatch_get_all_op_names()):
                if torch._C._dispatch_has_kernel_for_dispatch_key(name, "CPU"):
                    self._guard(name, "CPU", "CPU")
        self._guard_python_versions()

    def _guard(self, name: str, key: str, place: str) -> None:
        """Put a check before the kernel that an operator has for `key`, registered at dispatch key `place`."""
        import torch

        space, _, short = name.partition("::")
        packet, _, overload = short.partition(".")
        operator = getattr(getattr(getattr(torch.ops, space), packet), overload or "default")
        kernel = torch.library.get_kernel(operator, key)

        def checked(keyset: Any, *args: Any, **kwargs: Any) -> Any:
            self.check(packet)
            return kernel.call_boxed(keyset, *args, **kwargs)

        self._libraries[space].impl(short, checked, place, with_keyset=True, allow_override=True)
        for at, version in operator.py_kernels.items():
            operator.py_kernels[at] = self._checked(version, packet)

    def _guard_python_versions(self) -> None:
        """Put a check before torch's Python versions of the operators, where they are loaded."""
        module = loaded("torch._decomp.decompositions")
        for name, version in list(vars(module).items()) if module is not None else ():
            if callable(version) and _PYTHON_VERSIONS.search(name):
                setattr(module, name, self._checked(version, name))
        for table in getattr(loaded("torch._decomp"), "global_decomposition_table", {}).values():
            for operator, version in list(table.items()):
                if getattr(operator, "namespace", "") == "aten" and _PYTHON_VERSIONS.search(operator.__name__):
                    table[operator] = self._checked(version, operator.__name__)

    def _checked(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        @wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            self.check(name)
            return function(*args, **kwargs)

        return checked


@cache
def install() -> Ban:
    """Return the ban of this process, installed but not yet active."""
    ban = Ban()
    ban.cast_nets()
    return ban
