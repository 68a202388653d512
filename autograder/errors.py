"""Every exception of the kit, in one tree.

KitError
├── UsageError            the command or the folder is not as it should be (exit status 2)
├── SandboxError          student code cannot be sandboxed here; nothing is run
├── InfrastructureError   the grader itself failed; retried, never turned into a mark
│   └── Killed            a worker was ended from outside: for want of memory, or by a person
├── Refused               a file from outside is not read: too large, a link, damaged; it costs that file
├── Stopped               a person stopped it; what was finished is kept (exit status 1)
└── StudentError          something student code did; it costs the test that ran, no other
    ├── Raised            an exception that does not cross the wall as itself
    ├── LimitExceeded     CPU time, waiting, memory, output or message size
    ├── Died              the worker ended in the middle of a call
    └── BadMessage        the worker broke the protocol
"""

from __future__ import annotations

from collections.abc import Callable


def N_(text: str) -> str:
    """A text that is to be in the catalogue; see `autograder.checks.words`, which lies above this."""
    return text


class KitError(Exception):
    """Base of all exceptions of the kit; its text says what is wrong, where, and what to do."""

    of_the_grader = True  # by this the checks know it, which do not know the kit


class UsageError(KitError):
    """A wrong command line, a missing folder, a stage that does not exist."""


class SandboxError(KitError):
    """The sandbox cannot be set up, or its probe got out."""


class InfrastructureError(KitError):
    """The grader, a slot or a zygote failed; the submission is not to blame.

    `details` is for a log, a traceback for instance; the message itself is for a person.
    """

    def __init__(self, message: str = "", details: str = "") -> None:
        super().__init__(message)
        self.details = details


class Killed(InfrastructureError):
    """A worker was ended by a signal that student code cannot send: by the kernel for want of memory, or by a person."""


class Refused(KitError):
    """A file that is not read; the text says why, and begins with a verb or with "it"."""


class Stopped(KitError):
    """A person stopped the command; `finish` brings in order what is left, after they have read so."""

    def __init__(self, message: str, finish: Callable[[], object] = lambda: None) -> None:
        super().__init__(message)
        self.finish = finish


class StudentError(KitError):
    """Something the student's code did."""


class Raised(StudentError):
    """Student code raised an exception of a type that is not allowed to cross the wall.

    For a test it is as any other exception of the student's: of the tree it has the place, not the mark of the grader.

    Parameters
    ----------
    type_name : str
        Name of the exception's class as the worker reports it.
    message : str
        Its text.
    trace : str
        The traceback, frames of the student's files only.
    doing : str
        What was going on, in the grader's own words, where that was more than a call.
    """

    of_the_grader = False

    def __init__(self, type_name: str, message: str, trace: str = "", doing: str = "") -> None:
        self.doing = f"{doing} ended with " if doing else ""
        self.type_name = self.doing + type_name
        super().__init__(f"{self.type_name}: {message}" if message else self.type_name)
        self.message = message
        self.student_trace = trace


class LimitExceeded(StudentError):
    """Student code used more than it is given.

    `kind` is cpu or wall for one call, budget for the whole submission, else memory, output or size.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind

    @property
    def of_time(self) -> bool:
        """Whether time ran out."""
        return self.kind in ("cpu", "wall", "budget")


class Died(StudentError):
    """The worker ended before it answered; `how` says by which status or signal."""

    template = N_("the program ended in the middle of the call ({how})")

    def __init__(self, how: str) -> None:
        super().__init__(self.template.format(how=how))
        self.how = how


class BadMessage(StudentError):
    """What came back is not a value the protocol knows."""
