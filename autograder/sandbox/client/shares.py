"""Divide a submission's time among its functions, so that a slow one costs only its own tests.

Each function has an allowance of its own, once for tests on the student's functions and once more for those with reference
versions in place. Usage beyond it comes out of a pool that all share. When both are used up, the function is out of time at
once and the others go on. A function is identified by the name by which tests call it.
"""

from __future__ import annotations

from autograder.checks.words import _
from autograder.errors import LimitExceeded

# Fractions of a submission's time. Twenty functions can use up their own before another one runs short; a correct function takes
# a tenth of it.
SHARED, OWN = 3 / 10, 1 / 30

# A function, and whether reference versions stand in for others.
Payer = tuple[str, bool]
# CPU seconds, and idle seconds.
Spent = tuple[float, float]


class Shares:
    """Accounts for which function uses how much of a submission's time.

    Parameters
    ----------
    cpu, idle : float
        CPU seconds and idle seconds of the whole submission.

    Attributes
    ----------
    again : bool
        Reference versions currently stand in for some of its functions.
    wasted : float
        CPU seconds of requests that were sent ahead in vain.
    """

    def __init__(self, cpu: float, idle: float) -> None:
        self.all: Spent = cpu, idle
        self.again = False
        self.wasted = 0.0
        self.closed: dict[Payer, str] = {}
        self._spent: dict[Payer, Spent] = {}
        self._put_down: Spent = 0.0, 0.0        # usage already charged
        self._called: Payer | None = None       # the last function called
        self._pays: Payer | None = None         # payer of the current request
        self._is_limited = False
        self._ended_by: Payer | None = None     # payer that ended the previous worker

    def enter(self, kind: str, function: str) -> None:
        """Begin a request; `function` is the function it calls by name, if any."""
        self._is_limited = kind not in ("load", "reset")
        if function:
            self._called = function, self.again
        if kind == "reset":
            self._pays = None
        elif kind == "load":  # the function that ended the previous worker pays for the new one, which is started in any case
            self._pays = self._ended_by
        else:
            self._pays = self._called

    def worker_ended(self, *, by_the_grader: bool) -> None:
        """Record who pays for the next worker."""
        self._ended_by = None if by_the_grader else self._called

    def charge(self, cpu: float, idle: float) -> None:
        """Charge usage since the last call to the current payer; `cpu` and `idle` are totals."""
        if self._pays is not None:
            before = self._spent.get(self._pays, (0.0, 0.0))
            self._spent[self._pays] = before[0] + cpu - self._put_down[0], before[1] + idle - self._put_down[1]
        self._put_down = cpu, idle

    def check(self) -> None:
        """Raise LimitExceeded if the current payer has used up its time."""
        if self._pays is None or not self._is_limited:
            return
        if self._pays not in self.closed:
            why = self._why_closed(self._pays)
            if not why:
                return
            self.closed[self._pays] = why
        raise LimitExceeded("budget", self.closed[self._pays])

    def _why_closed(self, payer: Payer) -> str:
        own, shared = ([part * seconds for seconds in self.all] for part in (OWN, SHARED))
        if self._is_over(payer, 0):
            return _("{function} is slow: its calls took more than {own:.2g} seconds of CPU time together, and the {shared:g} "
                     "that slow functions share are used up too. Its other tests count as out of time. The other functions are "
                     "graded all the same", function=payer[0], own=own[0], shared=shared[0])
        if self._is_over(payer, 1):
            return _("{function} waits: its calls hardly computed for more than {own:.2g} seconds together, and the {shared:g} "
                     "that such functions share are used up too. Does it sleep? Its other tests count as out of time. The other "
                     "functions are graded all the same", function=payer[0], own=own[1], shared=shared[1])
        return ""

    def _is_over(self, payer: Payer, kind: int) -> bool:
        """Whether a payer has used up its own allowance and the pool, of CPU time (kind 0) or idle time (kind 1)."""
        beyond = {one: max(0.0, spent[kind] - OWN * self.all[kind]) for one, spent in self._spent.items()}
        return beyond.get(payer, 0.0) > 0.0 and sum(beyond.values()) > SHARED * self.all[kind]

    def slow(self) -> set[str]:
        """Return the functions that exceeded their own allowance."""
        return {function for (function, _again), spent in self._spent.items()
                if any(used > OWN * seconds for used, seconds in zip(spent, self.all, strict=True))}

    def mark(self) -> dict[Payer, Spent]:
        """Return a snapshot of usage for `refund`."""
        return dict(self._spent)

    def refund(self, mark: dict[Payer, Spent]) -> None:
        """Undo the charges since `mark`: the requests were sent ahead and are made again."""
        self.wasted += sum(cpu for cpu, _idle in self._spent.values()) - sum(cpu for cpu, _idle in mark.values())
        self._spent = dict(mark)
