"""Every exception of the kit, in one tree.

KitError
├── UsageError            the command or the folder is not as it should be (exit status 2)
├── SandboxError          student code cannot be sandboxed here; nothing is run
├── InfrastructureError   the grader itself failed; retried, never turned into a mark
│   └── Killed            a worker was ended from outside: for want of memory, or by a person
├── Refused               a file from outside is not read, such as a link; it costs that file
│   ├── Damaged           what is left of it cannot be read
│   └── TooBig            it has more bytes than are read
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
    """Mark a text for the message catalogue; `autograder.checks.words` translates it, which this module must not import."""
    return text


class KitError(Exception):
    """Base class of the kit's exceptions. The message says what is wrong, where, and what to do."""

    of_the_grader = True  # lets the checks, which cannot import this module, recognize the kit's errors


class UsageError(KitError):
    """A wrong command line, a missing folder, a stage that does not exist."""


class SandboxError(KitError):
    """The sandbox cannot be set up, or a probe escaped from it."""


class InfrastructureError(KitError):
    """The grader, a slot or a zygote failed; the submission is not to blame.

    The message is for the user; `details`, such as a traceback, goes to a log.
    """

    def __init__(self, message: str = "", details: str = "") -> None:
        super().__init__(message)
        self.details = details


class Killed(InfrastructureError):
    """A worker was killed by a signal that student code cannot send: by the kernel when memory ran out, or by an operator."""


class Refused(KitError):
    """A file was rejected without being read. The message gives the reason and continues "<file> ...": it starts with a verb or
    "it".
    """


class Damaged(Refused):
    """A file that lies in an archive cannot be unpacked."""


class TooBig(Refused):
    """A file, or a folder with it, is larger than what is read."""


class Stopped(KitError):
    """The user interrupted the command. `finish` cleans up once the message has been printed."""

    def __init__(self, message: str, finish: Callable[[], object]) -> None:
        super().__init__(message)
        self.finish = finish


class StudentError(KitError):
    """Student code misbehaved; only the test that was running fails."""


class Raised(StudentError):
    """Student code raised an exception whose type may not cross the sandbox boundary.

    To a test it is an ordinary exception of the submission, so it is not marked as one of the grader's although it is in this
    tree.

    Parameters
    ----------
    type_name : str
        Class name of the exception, as reported by the worker.
    message : str
        Text of the exception.
    trace : str
        Traceback, reduced to frames in the student's files.
    doing : str
        What the grader was doing, in its own words, where that was more than a call.
    """

    of_the_grader = False

    def __init__(self, type_name: str, message: str, trace: str = "", doing: str = "") -> None:
        self.doing = f"{doing} ended with " if doing else ""
        self.type_name = self.doing + type_name
        super().__init__(f"{self.type_name}: {message}" if message else self.type_name)
        self.message = message
        self.student_trace = trace


class LimitExceeded(StudentError):
    """Student code exceeded a limit.

    `kind` is ``cpu`` or ``wall`` for one call, ``budget`` for the whole submission, or ``memory``, ``output`` or ``size``.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind

    @property
    def of_time(self) -> bool:
        """Whether the limit was one of time."""
        return self.kind in ("cpu", "wall", "budget")


class Died(StudentError):
    """The worker exited before it answered. `how` names the exit status or signal."""

    template = N_("the program ended in the middle of the call ({how})")

    def __init__(self, how: str) -> None:
        super().__init__(self.template.format(how=how))
        self.how = how


class BadMessage(StudentError):
    """A reply could not be decoded as a value of the protocol."""
