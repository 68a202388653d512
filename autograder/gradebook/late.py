"""Late penalties: policy.toml and the class list, in nbgrader's terms.

nbgrader has a due date per assignment, a time and an extension per submission, and a plugin that turns lateness into points.
`set_times` fills in the former and `LatePolicy` is the plugin, so that `make grade`, `nbgrader autograde` and formgrader agree on
one penalty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbgrader.api import SubmittedAssignment, SubmittedNotebook
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties

from autograder.checks.words import _, _n
from autograder.grade.course import SEED, read_course
from autograder.grade.notebook import released
from autograder.gradebook.answers import nbgrader_meta
from autograder.gradebook.class_list import Came, ClassList, read_class
from autograder.gradebook.marks import SubmissionMarks, read_marks
from autograder.gradebook.policy import Policy, read_policy
from autograder.gradebook.shared_gradebook import SharedGradebook


@dataclass(frozen=True)
class Lateness:
    """How the policy applies to one submission; `problem` is what a person should check."""

    came: Came
    extension: float = 0.0
    days: int = 0
    free: int = 0
    cost: float = 0.0
    problem: str = ""

    def sentence(self) -> str:
        """Return a text for tables and pages; empty if there is nothing to say."""
        if not self.days:
            return self.problem
        text = _n("{count} day late", "{count} days late", self.days)
        if self.free:
            text += _(", {days} of them free", days=self.free) if self.free < self.days else _(", all of them free")
        return text

    def for_student(self) -> str:
        """Return the text for the student's page; problems with the course's own files are for the staff only."""
        return _("it is not known when this was handed in") if self.came.problem else self.sentence()


@dataclass(frozen=True)
class Term:
    """Policy and class list of a course, read once."""

    policy: Policy
    people: ClassList
    seed: int = SEED

    def lateness(self, stage_id: str, student: str) -> Lateness:
        """Return days late, free days, and the points they cost (which nbgrader limits to the score)."""
        rule = self.policy.rules.get(stage_id)
        if rule is None:
            return Lateness(self.people.came(stage_id, student))
        came = self.people.came(stage_id, student, rule.zone)
        extension = self.people.extension(stage_id, student)
        if came.when is None:
            problem = came.problem or (_("the LMS calls it late, but when it came is not known: no penalty") if came.late else "")
            return Lateness(came, extension, problem=problem)
        days = self.days_late(student)
        free, charged = self.policy.charged(days)[stage_id]
        return Lateness(came, extension, days[stage_id], free, rule.cost(charged, stage_points(stage_id)))

    def days_late(self, student: str) -> dict[str, int]:
        """Return the days late in each stage with a due date and a known time of submission."""
        found = {}
        for stage_id, rule in self.policy.rules.items():
            when = self.people.came(stage_id, student, rule.zone).when
            if when is not None:
                found[stage_id] = rule.days_late(when, self.people.extension(stage_id, student))
        return found


def read_term(course: Path) -> Term:
    """Read policy and class list of a course.

    Raises
    ------
    UsageError
        One of the files is invalid.
    """
    return Term(read_policy(course), read_class(course), read_course(course).seed)


@lru_cache(maxsize=16)
def stage_points(stage_id: str) -> float:
    """Return the total points of a stage, as released."""
    return float(sum(nbgrader_meta(cell).get("points", 0) for cell in released(stage_id).cells))


def times_of(term: Term, stage_id: str, student: str) -> dict[str, Any]:
    """Return due date, time of submission and extension as far as known, in naive UTC as nbgrader stores them.

    What neither policy.toml nor the class list knows is left out: it may have been set by nbgrader's own means.
    """
    rule = term.policy.rules.get(stage_id)
    when = term.people.came(stage_id, student, rule.zone if rule else UTC).when
    times: dict[str, Any] = {} if when is None else {"timestamp": _bare(when)}
    if rule is not None:
        days = term.people.extension(stage_id, student)
        times |= {"duedate": _bare(rule.due),
                  "extension": rule.due_for(days) - rule.due.astimezone(UTC) if days else None}
    return times


def set_times(submission: SubmittedAssignment, term: Term) -> None:
    """Enter the times into the gradebook."""
    for name, value in times_of(term, submission.assignment.name, submission.student_id).items():
        holder = submission.assignment if name == "duedate" else submission
        if getattr(holder, name) != value:
            setattr(holder, name, value)


def _bare(when: datetime) -> datetime:
    return when.astimezone(UTC).replace(tzinfo=None)


class LatePolicy(LateSubmissionPlugin):
    """nbgrader's plugin for the penalty of policy.toml; for a stage without a due date there, nbgrader's own `penalty_method`."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """Return the points to deduct; nbgrader never deducts more than the score."""
        term = getattr(self.parent, "term", None) or read_term(Path.cwd())  # nbgrader's converters run in the course folder
        stage_id = self.parent.assignment_id
        if stage_id not in term.policy.rules:
            penalty: float | None = super().late_submission_penalty(student_id, score, total_seconds_late)
            return penalty
        return round(term.lateness(stage_id, student_id).cost, 6) or None


class Penalties(AssignLatePenalties):
    """nbgrader's penalty step, for one submission at a time without converting its notebook."""

    def __init__(self, term: Term, **settings: Any) -> None:
        super().__init__(**settings)
        self.term = term
        self.init_plugin()

    def of(self, stage_id: str, student: str, score: float, seconds_late: float) -> float | None:
        """Return the penalty from the course's plugin, between 0 and the score."""
        if seconds_late <= 0:
            return None
        self.assignment_id, self.notebook_id, self.student_id = stage_id, stage_id, student
        penalty = self.plugin_inst.late_submission_penalty(student, score, seconds_late)
        return None if penalty is None else min(max(0.0, float(penalty)), max(0.0, score))


def seconds_late(timestamp: datetime | None, duedate: datetime | None, extension: timedelta | None) -> float:
    """Return the seconds late, as nbgrader counts them."""
    if timestamp is None or duedate is None:
        return 0.0
    return max(0.0, (timestamp - duedate - (extension or timedelta(0))).total_seconds())


def settle_penalties(gradebook: SharedGradebook, term: Term, penalties: Penalties) -> list[tuple[str, str]]:
    """Update times and penalties in the whole gradebook: for changes in policy, extensions, late days used elsewhere, hand marks.

    Returns
    -------
    list of (stage id, student)
        Submissions whose penalty changed.
    """
    with gradebook:
        every = read_marks(gradebook)
    stale: list[tuple[SubmissionMarks, dict[str, Any], float | None]] = []
    changed = []
    for (stage_id, student), entry in every.items():
        known = times_of(term, stage_id, student)
        times = {"timestamp": entry.timestamp, "duedate": entry.duedate, "extension": entry.extension} | known
        penalty = penalties.of(stage_id, student, entry.score, seconds_late(**times))
        if (penalty or 0.0) != entry.penalty:
            changed.append((stage_id, student))
        if (penalty or 0.0) != entry.penalty or any(getattr(entry, name) != value for name, value in known.items()):
            stale.append((entry, known, penalty))
    if stale:
        with gradebook.one_transaction():
            for entry, _, penalty in stale:
                submitted = gradebook.db.get(SubmittedNotebook, entry.notebook_id)
                if submitted is not None:
                    set_times(submitted.assignment, term)
                    submitted.late_submission_penalty = penalty
    return changed
