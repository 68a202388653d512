"""Late submissions: policy.toml and the class list, put into nbgrader's own terms.

nbgrader knows a due date of the assignment, a time and an extension of the submission, and a plugin that turns lateness into
points. `set_times` fills in the first three, `LatePolicy` is the plugin; so `make grade`, `nbgrader autograde` and formgrader
have one penalty.
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
    """What the policy says about one submission; `problem` is what a person should look at."""

    came: Came
    extension: float = 0.0
    days: int = 0
    free: int = 0
    cost: float = 0.0
    problem: str = ""

    def sentence(self) -> str:
        """For a table and a page; empty when there is nothing to say."""
        if not self.days:
            return self.problem
        text = _n("{count} day late", "{count} days late", self.days)
        if self.free:
            text += _(", {days} of them free", days=self.free) if self.free < self.days else _(", all of them free")
        return text

    def for_student(self) -> str:
        """The same for the student's page; what is wrong with the course's own files is the staff's to read."""
        return _("it is not known when this was handed in") if self.came.problem else self.sentence()


@dataclass(frozen=True)
class Term:
    """Policy and class list of a course, read once."""

    policy: Policy
    people: ClassList
    seed: int = SEED

    def lateness(self, stage_id: str, student: str) -> Lateness:
        """Days late, free days, and the points they cost before the score limits them."""
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
        """Days late in each stage that has a due date and was handed in at a known time."""
        found = {}
        for stage_id, rule in self.policy.rules.items():
            when = self.people.came(stage_id, student, rule.zone).when
            if when is not None:
                found[stage_id] = rule.days_late(when, self.people.extension(stage_id, student))
        return found


def read_term(course: Path) -> Term:
    """Policy and class list of a course.

    Raises
    ------
    UsageError
        One of the files is not as it should be.
    """
    return Term(read_policy(course), read_class(course), read_course(course).seed)


@lru_cache(maxsize=16)
def stage_points(stage_id: str) -> float:
    """All points of a stage, as released."""
    return float(sum(nbgrader_meta(cell).get("points", 0) for cell in released(stage_id).cells))


def times_of(term: Term, stage_id: str, student: str) -> dict[str, Any]:
    """Due date, time of submission and extension as far as they are known, in nbgrader's UTC without a zone.

    What neither policy.toml nor the class list knows is not named: it may have been entered by nbgrader's own means.
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
    """Enter them into the gradebook."""
    for name, value in times_of(term, submission.assignment.name, submission.student_id).items():
        holder = submission.assignment if name == "duedate" else submission
        if getattr(holder, name) != value:
            setattr(holder, name, value)


def _bare(when: datetime) -> datetime:
    return when.astimezone(UTC).replace(tzinfo=None)


class LatePolicy(LateSubmissionPlugin):
    """The penalty of policy.toml; where a stage has no due date there, nbgrader's own `penalty_method`."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """Points to take off; nbgrader never takes off more than the score."""
        term = getattr(self.parent, "term", None) or read_term(Path.cwd())  # nbgrader's converters stand in the course folder
        stage_id = self.parent.assignment_id
        if stage_id not in term.policy.rules:
            penalty: float | None = super().late_submission_penalty(student_id, score, total_seconds_late)
            return penalty
        return round(term.lateness(stage_id, student_id).cost, 6) or None


class Penalties(AssignLatePenalties):
    """nbgrader's step, asked for the penalty of one submission whose notebook needs no conversion."""

    def __init__(self, term: Term, **settings: Any) -> None:
        super().__init__(**settings)
        self.term = term
        self.init_plugin()

    def of(self, stage_id: str, student: str, score: float, seconds_late: float) -> float | None:
        """The penalty by the course's plugin, between 0 and the score."""
        if seconds_late <= 0:
            return None
        self.assignment_id, self.notebook_id, self.student_id = stage_id, stage_id, student
        penalty = self.plugin_inst.late_submission_penalty(student, score, seconds_late)
        return None if penalty is None else min(max(0.0, float(penalty)), max(0.0, score))


def seconds_late(timestamp: datetime | None, duedate: datetime | None, extension: timedelta | None) -> float:
    """As nbgrader counts."""
    if timestamp is None or duedate is None:
        return 0.0
    return max(0.0, (timestamp - duedate - (extension or timedelta(0))).total_seconds())


def settle_penalties(gradebook: SharedGradebook, term: Term, penalties: Penalties) -> list[tuple[str, str]]:
    """Bring times and penalties of the whole gradebook up to date: policy, extensions, late days used elsewhere, hand marks.

    Returns
    -------
    list of (stage id, student)
        Whose penalty is another now.
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
