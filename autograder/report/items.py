"""What tests tell of a class: how hard each is, how well it tells strong from weak, and how people fail it."""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?", re.IGNORECASE)
FAILING = ("failed", "error", "timeout")
# Groups of failures that are listed.
MOST = 15


@dataclass(frozen=True)
class TestRow:
    """How a class did on one test.

    Attributes
    ----------
    passed, reached : int
        Of those whose function was written.
    discrimination : float or None
        Correlation between passing this test and the points of all other tests; None where everybody or nobody passes, or
        where fewer than five reached it.
    """

    task: str
    title: str
    visibility: str
    passed: int
    reached: int
    discrimination: float | None = None
    name: str = ""

    @property
    def difficulty(self) -> float | None:
        """Share of those who reached it that pass it: 1 is easy."""
        return self.passed / self.reached if self.reached else None


@dataclass(frozen=True)
class Failure:
    """Failures without a name that say the same, numbers apart."""

    task: str
    message: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Gap:
    """How a task goes in public and hidden tests: shares of their points, and who passes all public tests but not the hidden."""

    task: str
    public: float | None
    hidden: float | None
    only_public: tuple[str, ...]


def test_rows(run: Sequence[Mapping[str, Any]]) -> list[TestRow]:
    """Each test over the submissions that could be run."""
    about: dict[str, Mapping[str, Any]] = {}
    scores: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for record in run:
        for test in record["tests"]:
            about.setdefault(test["test"], test)
            if test["outcome"] != "not_implemented":
                passed = float(test["outcome"] == "passed")
                scores[test["test"]].append((passed, record["score"] - test["points"]))
    rows = [TestRow(test["task"], test["title"], test["visibility"], int(sum(passed for passed, _ in scores[name])),
                    len(scores[name]), discrimination(scores[name]), name) for name, test in about.items()]
    return sorted(rows, key=lambda row: row.task)


def discrimination(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Point-biserial correlation of passing with the points of the other tests.

    Parameters
    ----------
    pairs : sequence of (float, float)
        1 or 0, and the rest of the points, of each submission.
    """
    if len(pairs) < 5:
        return None
    passed, rest = zip(*pairs, strict=True)
    try:
        return round(statistics.correlation(passed, rest), 6)
    except statistics.StatisticsError:  # all the same
        return None


def gaps(run: Sequence[Mapping[str, Any]]) -> list[Gap]:
    """Public against hidden tests, task by task."""
    got: Counter[tuple[str, str]] = Counter()
    worth: Counter[tuple[str, str]] = Counter()
    only: dict[str, list[str]] = defaultdict(list)
    for record in run:
        failed: dict[str, set[str]] = defaultdict(set)
        for test in record["tests"]:
            place = test["task"], test["visibility"]
            got[place] += test["points"]
            worth[place] += test["max_points"]
            if test["outcome"] != "passed":
                failed[test["task"]].add(test["visibility"])
        for task, kinds in failed.items():
            if kinds == {"hidden"}:
                only[task].append(record["student"])

    def share(place: tuple[str, str]) -> float | None:
        return got[place] / worth[place] if worth[place] else None

    return [Gap(task, share((task, "public")), share((task, "hidden")), tuple(only[task]))
            for task in sorted({task for task, _ in worth})]


def unnamed(run: Sequence[Mapping[str, Any]]) -> list[Failure]:
    """Failures that no mistake of the catalogue explains, by what they say; the most common first."""
    who: dict[tuple[str, str], list[str]] = defaultdict(list)
    for record in run:
        named = {test["task"] for test in record["tests"] if test["mistake"]}
        for key in dict.fromkeys((test["task"], NUMBER.sub("#", first_line(test["message"])))
                                 for test in record["tests"] if test["outcome"] in FAILING and test["task"] not in named):
            who[key].append(record["student"])
    ordered = sorted(who.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [Failure(task, message, tuple(students)) for (task, message), students in ordered[:MOST]]


def first_line(message: str) -> str:
    """The first line that says something."""
    return next((" ".join(line.split()) for line in message.splitlines() if line.strip()), "no message")


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Lower quartile, median, upper quartile, by linear interpolation."""
    if len(values) < 2:
        return (values[0],) * 3 if values else (0.0, 0.0, 0.0)
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high
