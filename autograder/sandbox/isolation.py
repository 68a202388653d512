"""How student code is kept apart: the three ways, and what is said of each on a result."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.checks.words import N_, _

ISOLATIONS = ("sandbox", "wasm", "process")
# In these student code cannot reach the machine, nor send a signal to itself.
WALLED = ("sandbox", "wasm")
# What stands behind the name on pages and in tables. Of the sandbox nothing is said: it is the rule.
_IN_SHORT = {"wasm": N_("in WebAssembly"), "process": N_("without a sandbox")}
_AT_LENGTH = {
    "wasm": N_("the code ran in WebAssembly, shut in, on another build of Python and NumPy than yours."),
    "process": N_("the code ran in a process of its own with limits on time and memory, but was not shut in."),
}
# The libraries of a stage that WebAssembly has.
_IN_WASM = frozenset({"numpy", "matplotlib"})


def lacking(isolation: str, stage: str, preload: Iterable[str]) -> str:
    """Which of a stage's libraries cannot run there, with what to do; nothing where all can."""
    missing = sorted({name.partition(".")[0] for name in preload} - _IN_WASM) if isolation == "wasm" else []
    return f"""{stage} needs {', '.join(missing)}, which cannot run in WebAssembly.
  In the sandbox, on Linux or in a container (docs/ta.md):  make grade STAGE={stage} ISOLATION=sandbox
  Without one, in processes with limits only:  make grade STAGE={stage} ISOLATION=process""" if missing else ""


def in_short(isolation: str) -> str:
    """A few words, or nothing where student code ran in the sandbox."""
    words = _IN_SHORT.get(isolation)
    return _(words) if words else ""


def sentence(isolation: str) -> str:
    """A sentence for a report in text, or nothing."""
    how = in_short(isolation)
    return _("Graded with --isolation={isolation}: {how}.", isolation=isolation, how=how) if how else ""


def at_length(isolation: str) -> str:
    """What it means, for a student's page."""
    words = _AT_LENGTH.get(isolation)
    return _(words) if words else ""
