"""What all verbs of the command line share: words as people type them, one at a time in a course folder, and errors that say
what is wrong, where, and what to do next. No traceback reaches a person: it lies in a log.
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

# Verbs that change a course folder; those that make it, too.
CHANGE = frozenset({"grade", "feedback", "collect", "roster", "clean-class", "return", "demo", "report", "export", "marking"})
MAKE = frozenset({"demo", "collect", "roster", "doctor"})
# Those that release and prove for the term of a course folder.
OF_A_TERM = frozenset({"release", "verify", "try", "solutions", "gradescope", "package", "lite"})
# What the system says, in words, and what a person can do about it.
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
    """One verb."""

    def invoke(self, context: click.Context) -> Any:
        """Read stage and course as people write them, then run, alone in the course folder where it changes anything."""
        from autograder.grade.course_folder import at_work
        from autograder.stages import KIT, stage_named

        params = context.params
        if params.get("stage_id"):
            params["stage_id"] = stage_named(params["stage_id"]).id
        if params.get("course") is not None:
            params["course"] = course_named(params["course"], self.name in MAKE)
        if self.name in OF_A_TERM:
            from autograder.grade.course import use_course

            use_course(params["course"])
        if "course" not in params or self.name not in CHANGE:
            return super().invoke(context)
        with at_work(params["course"] or KIT, f"make {self.name}"):
            return super().invoke(context)


class Kit(click.Group):
    """A group whose errors end in a message and the exit status of the contract."""

    command_class = Verb

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """0 all is done; 1 the grader's own trouble, or a person stopped it; 2 wrong usage."""
        logging.lastResort = None  # a library's own log, tracebacks among it: what goes wrong is raised too, and said in words
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
    """Say what happened; the exit status."""
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
    """What is no error of the kit's: the system's in words, anything else in a log."""
    number = errno.ENOMEM if isinstance(error, MemoryError) else getattr(error, "errno", None)
    if isinstance(error, OSError | MemoryError) and number in TROUBLE:
        what, remedy = TROUBLE[number]
        place = isinstance(error, OSError) and (error.filename2 or error.filename)  # of two, what was to be replaced
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
    """On standard error, if anybody still listens."""
    with contextlib.suppress(OSError, ValueError):
        click.echo(text, err=True)


def as_words(error: click.ClickException) -> str:
    """click's message in the words of make: JOBS= for --jobs."""
    text = re.sub(r"'?--([a-z]+)'?(?: / '?-\w'?)?", lambda found: f"{found[1].upper()}=", error.format_message())
    return plain(text[:1].lower() + text[1:])


def course_of_command() -> Path | None:
    """The course folder that the command line names, or the kit's own."""
    words = sys.argv[1:]
    given = [after for before, after in pairwise(words) if before == "--course"]
    given += [word.partition("=")[2] for word in words if word.startswith("--course=")]
    return Path(given[-1]).expanduser() if given else Path(__file__).resolve().parents[1]


def course_named(word: Path, may_be_new: bool = False) -> Path:
    """The course folder a person means: ``~`` is theirs, and who names submitted/ means the folder it lies in.

    Raises
    ------
    UsageError
        It is not there; the text names the nearest that is.
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
