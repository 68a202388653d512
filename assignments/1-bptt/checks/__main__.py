"""``python -m checks``: check(), submit() and update() of the notebook, in a terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 on success, 1 if something did not pass, 2 if the command could not be carried out."""
    from . import needs
    from .terminal import say
    from .words import _

    parser = argparse.ArgumentParser(
        prog="python -m checks", description=_("what the notebook's check(), submit() and update() do, in a terminal."))
    parser.add_argument("what", nargs="?", help=_('a task such as 1.3, "submit", or "update"; all tasks where nothing is named'))
    parser.add_argument("zip", nargs="?", help=_("of update: the zip of the new release"))
    parser.add_argument("--show", action="store_true", help=_("print what went into each call that failed"))
    parser.add_argument("--json", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if needs.problem():
        say(needs.problem(), sys.stderr)
        return 2
    try:
        if given.what == "submit":
            from .submit import submit

            return 0 if submit() is not None else 1
        if given.what == "update":
            from .update import update

            if given.zip is None:
                parser.error(_("update wants the zip of the new release: python -m checks update 1-bptt.zip"))
            return 0 if update(given.zip) else 1
        return _check(given.what, given.show, given.json)
    except (FileNotFoundError, ValueError) as error:
        say(str(error), sys.stderr)
        return 2


def _check(task: str | None, show: bool, json: Path | None) -> int:
    from .check import wrong_task
    from .layout import public_tests, read_stage
    from .report import public_report
    from .session import as_json, run_here
    from .terminal import say

    folder = Path.cwd()
    tests = public_tests(folder)
    sentence = wrong_task(task, read_stage(tests.parent))
    if sentence:
        say(sentence, sys.stderr)
        return 2
    outcome = run_here(tests, folder, task, show)
    if json is not None:
        json.write_text(as_json(outcome), encoding="utf-8")
    else:
        say(public_report(outcome))
    return 0 if outcome.is_passed else 1


if __name__ == "__main__":
    sys.exit(main())
