"""Choose the isolation of a run, without importing the libraries of a worker: a run with nothing to do needs none of them."""

from __future__ import annotations

from autograder.sandbox import bubblewrap, wasm


def choose(asked: str | None) -> tuple[str, str]:
    """Return the requested isolation; by default the sandbox, or WebAssembly if that is available and the sandbox is not.

    Returns
    -------
    isolation, reason : str
        `reason` says why the sandbox is unavailable, if another isolation was chosen for that.
    """
    if asked is not None or wasm.what_is_missing() or bubblewrap.runs():
        return asked or "sandbox", ""
    from autograder.sandbox.client.sandbox import reason_against_sandbox

    reason = reason_against_sandbox()
    return ("wasm", reason) if reason else ("sandbox", "")
