"""The three ways to isolate student code, and how results are labelled with them."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.checks.words import N_, _

ISOLATIONS = ("sandbox", "wasm", "process")
# In these, student code cannot reach the machine or send itself a signal.
WALLED = ("sandbox", "wasm")
# Labels on pages and in tables. The sandbox is the default and gets none.
_IN_SHORT = {"wasm": N_("in WebAssembly"), "process": N_("without a sandbox")}
_AT_LENGTH = {
    "wasm": N_("the code ran in WebAssembly, shut in, on another build of Python and NumPy than yours."),
    "process": N_("the code ran in a process of its own with limits on time and memory, but was not shut in."),
}
# Libraries available in WebAssembly.
_IN_WASM = frozenset({"numpy", "matplotlib"})


def lacking(isolation: str, stage: str, preload: Iterable[str]) -> str:
    """Return which of a stage's libraries cannot run in this isolation, with advice; empty if all can."""
    missing = sorted({name.partition(".")[0] for name in preload} - _IN_WASM) if isolation == "wasm" else []
    return f"""{stage} needs {', '.join(missing)}, which cannot run in WebAssembly.
  In the sandbox, on Linux or in a container (docs/ta.md):  make grade STAGE={stage} ISOLATION=sandbox
  Without one, in processes with limits only:  make grade STAGE={stage} ISOLATION=process""" if missing else ""


def in_short(isolation: str) -> str:
    """Return a few words on the isolation; empty for the sandbox."""
    words = _IN_SHORT.get(isolation)
    return _(words) if words else ""


def sentence(isolation: str) -> str:
    """Return a sentence for a text report; empty for the sandbox."""
    how = in_short(isolation)
    return _("Graded with --isolation={isolation}: {how}.", isolation=isolation, how=how) if how else ""


def at_length(isolation: str) -> str:
    """Return an explanation for a student's page; empty for the sandbox."""
    words = _AT_LENGTH.get(isolation)
    return _(words) if words else ""
