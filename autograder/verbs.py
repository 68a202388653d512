"""Behaviour shared by all commands: forgiving arguments, a lock on the course folder, and errors as messages.

Every error says what is wrong, where, and what to do next. Tracebacks go to a log, never to the user.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import re
import signal
import sys
import traceback
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

from autograder.errors import InfrastructureError, KitError, Stopped, UsageError
from autograder.text import one_line, plain

# Commands that change a course folder, and those that may create it.
CHANGE = frozenset({"grade", "feedback", "collect", "roster", "clean-class", "return", "demo", "report", "export", "marking"})
MAKE = frozenset({"demo", "collect", "roster", "doctor"})
# Commands that use the term (seed, stages, dates) of a course folder.
OF_A_TERM = frozenset({"release", "verify", "try", "solutions", "gradescope", "package", "lite"})
# errno -> what is wrong, and what the user can do about it.
FEWER = "grade with fewer at a time, JOBS=1,"
TROUBLE = {
    errno.ENOSPC: ("the disk is full", "make room"),
    errno.EDQUOT: ("your share of the disk is used up", "make room"),
    errno.EROFS: ("the disk is read-only", "use a folder on a disk that can be written to"),
    errno.EACCES: ("that is not allowed", "make the folder yours to read and write"),
    errno.EPERM: ("that is not allowed", "make the folder yours to read and write"),
    errno.ENAMETOOLONG: ("a name is too long for this disk", "rename it, or use a folder with a shorter path"),
    errno.EMFILE: ("too many files are open", "raise the limit with: ulimit -n 4096"),
    errno.ENOTDIR: ("a file is where a folder should be", "move it away"),
    errno.EEXIST: ("a file is where a folder should be", "move it away"),
    errno.EISDIR: ("a folder is where a file should be", "move it away"),
    errno.EIO: ("the disk has an error", "look at the disk"),
    errno.EFBIG: ("a file is larger than this shell or this disk allows", "raise the limit with: ulimit -f unlimited"),
    errno.ENOMEM: ("there is not enough memory", FEWER),
    errno.EAGAIN: ("the machine starts no more processes", FEWER),
}


class Verb(click.Command):
    """A command that resolves its stage and course, and locks the course folder if it changes it."""

    def invoke(self, context: click.Context) -> Any:
        """Resolve STAGE and COURSE as users write them, then run, holding the lock of the course folder where the command changes
        it.
        """
        from autograder.grade.course_folder import at_work
        from autograder.stages import KIT, stage_named

        params = context.params
        if params.get("stage_id"):
            params["stage_id"] = stage_named(params["stage_id"]).id
        if "course" in params:
            params["course"] = course_named(params["course"], self.name in MAKE) if params["course"] is not None else KIT
        if self.name in OF_A_TERM:
            from autograder.grade.course import use_course

            use_course(params["course"])
        if "course" not in params or self.name not in CHANGE:
            return super().invoke(context)
        with at_work(params["course"], f"make {self.name}"):
            return super().invoke(context)


class Kit(click.Group):
    """A command group that reports errors as messages, with the documented exit statuses."""

    command_class = Verb

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run and exit with 0 for success, 1 if the grader failed or the user stopped it, 2 for wrong usage."""
        # Errors that a library only logs, with a traceback, are raised as well, and reported there.
        logging.lastResort = logging.NullHandler()
        for number in (signal.SIGTERM, signal.SIGHUP):
            with contextlib.suppress(ValueError):  # not in the main thread
                signal.signal(number, signal.default_int_handler)
        try:
            status = super().main(*args, **{**kwargs, "standalone_mode": False})
        except BaseException as error:
            status = tell(error)
        status = status if isinstance(status, int) else 0
        if status and os.environ.get("VIA_MAKE"):
            say(f"(make adds a line of its own now, Error {status}: it says no more than this.)")
        sys.exit(status)


def tell(error: BaseException) -> int:
    """Report an error to the user and return the exit status."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else 1
    if isinstance(error, Stopped):
        say(plain(error))
        with contextlib.suppress(Exception, KeyboardInterrupt):
            error.finish()
        return 1
    if isinstance(error, click.Abort | KeyboardInterrupt):
        say("Stopped. What was finished is kept; the same command goes on from there.")
        return 1
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        say(error.format_message())
        return 2
    if isinstance(error, click.ClickException):
        say(f"error: {as_words(error)}\n  `make help` lists the commands")
        return 2
    if isinstance(error, KitError):
        say(f"{'error' if isinstance(error, UsageError) else 'the grader failed'}: {plain(error)}")
        return 1 if isinstance(error, InfrastructureError) else 2
    return unforeseen(error)


def unforeseen(error: BaseException) -> int:
    """Report an error that is not a KitError: system errors in plain words, anything else through a log file."""
    number = errno.ENOMEM if isinstance(error, MemoryError) else getattr(error, "errno", None)
    if isinstance(error, OSError | MemoryError) and number in TROUBLE:
        what, remedy = TROUBLE[number]
        place = isinstance(error, OSError) and (error.filename2 or error.filename)  # with two names, the target of the rename
        where = f": {one_line(place)}" if place else ""
        say(f"the grader failed: {what}{where}\n  What was finished is kept. {remedy[0].upper() + remedy[1:]} and give the same "
            "command again; it goes on from there.")
        return 1
    if type(error).__module__.partition(".")[0] in ("sqlite3", "sqlalchemy"):
        from autograder.gradebook.health import trouble

        say(f"the grader failed: {plain(trouble((course_of_command() or Path()) / 'gradebook.db', error))}")
        return 1
    from autograder.grade.course_folder import keep_log

    path = keep_log(course_of_command(), "error", "".join(traceback.format_exception(error)))
    say(f"the grader failed, in a way nobody foresaw: {one_line(f'{type(error).__name__}: {error}')}\n"
        "  What was finished is kept; the same command goes on from there. Should it happen again, report it with the log:\n"
        f"  {path}")
    return 1


def say(text: str) -> None:
    """Print to standard error; a closed stream is ignored."""
    with contextlib.suppress(OSError, ValueError):
        click.echo(text, err=True)


def as_words(error: click.ClickException) -> str:
    """Return click's message in the terms of make: JOBS= for --jobs."""
    text = re.sub(r"'?--([a-z]+)'?(?: / '?-\w'?)?", lambda found: f"{found[1].upper()}=", error.format_message())
    return plain(text[:1].lower() + text[1:])


def course_of_command() -> Path | None:
    """Return the course folder named on the command line, by default the kit's own."""
    words = sys.argv[1:]
    given = [after for before, after in pairwise(words) if before == "--course"]
    given += [word.partition("=")[2] for word in words if word.startswith("--course=")]
    return Path(given[-1]).expanduser() if given else Path(__file__).resolve().parents[1]


def course_named(word: Path, may_be_new: bool = False) -> Path:
    """Return the course folder that the user means: ``~`` is expanded, and submitted/ stands for the folder that contains it.

    Raises
    ------
    UsageError
        There is no such folder. The message names the closest matches.
    """
    from difflib import get_close_matches

    path = word if word.exists() else Path(os.path.expandvars(os.path.expanduser(str(word).strip())))
    if path.name == "submitted" and path.is_dir() and not (path / "submitted").exists():
        path = path.parent
    if path.is_dir() or (may_be_new and not path.exists()):
        return path
    if path.exists():
        raise UsageError(f"COURSE={path} is a file; it should be the folder with submitted/ in it")
    beside: list[str] = []
    with contextlib.suppress(OSError):
        beside = [entry.name for entry in os.scandir(path.parent) if entry.is_dir()]
    near = get_close_matches(path.name, beside, n=3)
    hint = f"; there is {' and '.join(str(path.parent / name) for name in near)}" if near else ""
    raise UsageError(f"there is no folder {path}{hint}\n  COURSE= names the folder with submitted/ in it")
