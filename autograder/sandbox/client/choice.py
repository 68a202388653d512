"""Which isolation a run takes, said without the libraries of a worker: a run with nothing to do needs none of them."""

from __future__ import annotations

from autograder.sandbox import bubblewrap, wasm


def choose(asked: str | None) -> tuple[str, str]:
    """The isolation that is asked for; where none is, the sandbox, or WebAssembly where that can be had and the sandbox cannot.

    Returns
    -------
    isolation, reason : str
        The reason against the sandbox, where another one was chosen for it.
    """
    if asked is not None or wasm.what_is_missing() or bubblewrap.runs():
        return asked or "sandbox", ""
    from autograder.sandbox.client.sandbox import reason_against_sandbox

    reason = reason_against_sandbox()
    return ("wasm", reason) if reason else ("sandbox", "")
