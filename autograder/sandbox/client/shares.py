"""What each function may take of a submission's time: one that is slow costs its own tests, not those of the others.

A function has a part of the time for itself, once where tests meet the student's functions and once more where right versions
stand in; what it takes beyond comes out of a part that all share. Once both are used up it is out of time at once, and the
others go on. A function is known by the name by which the tests call it.
"""

from __future__ import annotations

from autograder.checks.words import _
from autograder.errors import LimitExceeded

# Parts of a submission's time. Twenty can use up their own before another one goes short; a right function takes a tenth of it.
SHARED, OWN = 3 / 10, 1 / 30

# A function, and whether right versions stand in for others.
Payer = tuple[str, bool]
# CPU seconds, and seconds of waiting.
Spent = tuple[float, float]


class Shares:
    """Who pays for what a submission uses.

    Parameters
    ----------
    cpu, idle : float
        CPU seconds of the whole submission, and seconds in which it may wait without computing.

    Attributes
    ----------
    again : bool
        Right versions stand in for some of its functions now.
    wasted : float
        CPU seconds of requests that were made ahead in vain.
    """

    def __init__(self, cpu: float, idle: float) -> None:
        self.all: Spent = cpu, idle
        self.again = False
        self.wasted = 0.0
        self.closed: dict[Payer, str] = {}
        self._spent: dict[Payer, Spent] = {}
        self._put_down: Spent = 0.0, 0.0        # of what all have used
        self._called: Payer | None = None       # what was called last
        self._pays: Payer | None = None         # for the request that runs
        self._is_limited = False
        self._ended_by: Payer | None = None     # what the worker before was ended by

    def enter(self, kind: str, function: str) -> None:
        """A request of this kind is made now; `function` is what it calls by name, if it does."""
        self._is_limited = kind not in ("load", "reset")
        if function:
            self._called = function, self.again
        if kind == "reset":
            self._pays = None
        elif kind == "load":  # a new worker is paid for by what ended the one before, and waited for in any case
            self._pays = self._ended_by
        else:
            self._pays = self._called

    def worker_ended(self, *, by_the_grader: bool) -> None:
        """A new one will be needed."""
        self._ended_by = None if by_the_grader else self._called

    def charge(self, cpu: float, idle: float) -> None:
        """So much have all used by now: what is new is put down to the function that pays."""
        if self._pays is not None:
            before = self._spent.get(self._pays, (0.0, 0.0))
            self._spent[self._pays] = before[0] + cpu - self._put_down[0], before[1] + idle - self._put_down[1]
        self._put_down = cpu, idle

    def check(self) -> None:
        """Raise LimitExceeded where the function that pays has nothing left."""
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
        """Whether it has used up its own and what the others left of what is shared: of CPU time (0), of waiting (1)."""
        beyond = {one: max(0.0, spent[kind] - OWN * self.all[kind]) for one, spent in self._spent.items()}
        return beyond.get(payer, 0.0) > 0.0 and sum(beyond.values()) > SHARED * self.all[kind]

    def slow(self) -> set[str]:
        """The functions that used more than their own."""
        return {function for (function, _again), spent in self._spent.items()
                if any(used > OWN * seconds for used, seconds in zip(spent, self.all, strict=True))}

    def mark(self) -> dict[Payer, Spent]:
        """What each has used so far; see `refund`."""
        return dict(self._spent)

    def refund(self, mark: dict[Payer, Spent]) -> None:
        """Nobody pays for what was made ahead since then: it is made once more."""
        self.wasted += sum(cpu for cpu, _idle in self._spent.values()) - sum(cpu for cpu, _idle in mark.values())
        self._spent = dict(mark)
