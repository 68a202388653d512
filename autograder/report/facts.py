"""From a record to what its page says: marks by task, what to do next, what each test found.

Nothing here knows HTML; the template shows what these functions give, escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.checks.words import N_, _
from autograder.grade.feedback_text import OUTCOMES, hints_of, points, told
from autograder.grade.pictures import PNG_IN_BASE64
from autograder.gradebook.marks import Mark
from autograder.stages import Stage

# More would be a list, not advice.
MAX_STEPS = 3


@dataclass(frozen=True)
class Test:
    """One test as it is shown; `details` is what may be told of a failure, the call first where `has_call`."""

    title: str
    outcome: str
    said: str
    passed: bool
    visibility: str
    points: str
    max_points: str
    details: tuple[str, ...] = ()
    has_call: bool = False


@dataclass
class Task:
    """One task as it is shown; `kind` is ``tested`` or ``written``, `state` one of done, part, none, waiting."""

    id: str
    title: str
    kind: str
    points: str
    max_points: str
    state: str
    words: str
    tests: list[Test] = field(default_factory=list)
    hints: list[tuple[str, str]] = field(default_factory=list)
    pictures: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """Where the task stands on the page."""
        return f"task-{self.id.replace('.', '-')}"


@dataclass(frozen=True)
class Step:
    """Something worth doing next; a hint is the kit's own text, with code and formulas in it."""

    title: str
    text: str
    anchor: str = ""
    hint: bool = False


def tasks_of(record: Mapping[str, Any], stage: Stage, marks: Mapping[str, Mark], hidden: str = "hint") -> list[Task]:
    """Every task of the stage in order.

    Parameters
    ----------
    record : mapping
    stage : Stage
    marks : mapping of str to Mark
        The gradebook's marks by task; they may have been changed by hand.
    hidden : str
        What is told of hidden tests: see `told`.
    """
    tasks = []
    for task_id, title in stage.info.tasks.items():
        tests = [test for test in record["tests"] if test["task"] == task_id]
        mark = marks.get(task_id)
        if tests:
            tasks.append(_tested(task_id, title, tests, mark, record, hidden))
        elif mark is not None:
            tasks.append(_written(task_id, title, mark))
    return tasks


def _tested(task_id: str, title: str, tests: Sequence[Mapping[str, Any]], mark: Mark | None, record: Mapping[str, Any],
            hidden: str) -> Task:
    own = Mark("", sum(test["points"] for test in tests), sum(test["max_points"] for test in tests))
    shown = mark or own
    state, words = _state(tests)
    if abs(shown.score - own.score) > 1e-9:
        words += _("; mark set by hand, the tests gave {points}", points=points(own.score))
    drawn = [picture for picture in record.get("pictures", {}).get(task_id, ()) if picture.startswith(PNG_IN_BASE64)]
    told_of = record.get("picture_words", {}).get(task_id, [])
    caption = N_("Figure {number} drawn by your code in task {task}, {title}")
    pictures = [(f"data:image/png;base64,{picture}", _(caption, number=number, task=task_id, title=title),
                 told_of[number - 1] if number <= len(told_of) else "") for number, picture in enumerate(drawn, 1)]
    hints = hints_of(tests, hidden)
    got = "–" if record["status"] == "needs_person" and not shown.score else points(shown.score)
    return Task(task_id, title, "tested", got, points(shown.max_score), state, words,
                [_test(test, hidden) for test in tests], [_split(hint) for hint in hints], pictures)


def _state(tests: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """A task in one word for the page's style and a few for the reader."""
    outcomes = {test["outcome"] for test in tests}
    passed = sum(test["outcome"] == "passed" for test in tests)
    if outcomes == {"passed"}:
        return "done", _("all tests passed") if len(tests) > 1 else _("passed")
    for outcome in ("not_implemented", "ungradable"):
        if outcomes == {outcome}:
            return "none", _(OUTCOMES[outcome])
    return "part", _("{passed} of {all} tests passed", passed=passed, all=len(tests))


def _test(test: Mapping[str, Any], hidden: str) -> Test:
    quiet = test["outcome"] in ("passed", "not_implemented", "ungradable")
    details = () if quiet else tuple(told(dict(test), hidden))
    has_call = bool(details) and bool(test["call"]) and (test["visibility"] == "public" or hidden == "full")
    said = OUTCOMES[test["outcome"]]
    return Test(test["title"], test["outcome"], _(said), test["outcome"] == "passed", test["visibility"],
                points(test["points"]), points(test["max_points"]), details, has_call)


def _written(task_id: str, title: str, mark: Mark) -> Task:
    """A task marked by a person."""
    if mark.by_hand:
        state, words = "done" if mark.score >= mark.max_score else "part", _("marked by a person")
        words += _(", and to be looked at again") if mark.pending else ""
    elif mark.pending:
        state, words = "waiting", _("to be read and marked by a person")
        words += _("; the answer has changed since it was marked") if mark.changed else ""
    else:
        state, words = "none", _("no answer was written")
    got = "–" if mark.pending and not mark.by_hand else points(mark.score)
    return Task(task_id, title, "written", got, points(mark.max_score), state, words)


def _split(hint: str) -> tuple[str, str]:
    title, _, rest = hint.partition("\n")
    return title.strip(), rest.strip()


def next_steps(record: Mapping[str, Any], tasks: Iterable[Task]) -> list[Step]:
    """The two or three things most worth doing, the surest first.

    What keeps the file from being imported stands alone. Then come named mistakes, then the first public test that
    fails in each task, then tasks whose hidden tests alone fail, then tasks not yet written.
    """
    if record["status"] == "needs_person":
        return [Step(_("A person has to look at your files before anything can be graded."),
                     _("{why} If you can still hand in, do it again, with all your code in the stage's file or in modules "
                       "that it imports.", why=in_the_way(record)))]
    if record["status"] == "ungradable":
        return [
            Step(
                _("Make the file load first: nothing could be checked."), "\n".join(filter(None, _split(record["reason"])))
            )
        ]
    tasks = list(tasks)
    steps = [Step(title, _("Task {task}, {title}. {text}", task=task.id, title=task.title, text=text), task.anchor, hint=True)
             for task in tasks for title, text in task.hints]
    unnamed = [task for task in tasks if task.kind == "tested" and task.state == "part" and not task.hints]
    for visibility in ("public", "hidden"):
        steps += [_failing(task, visibility) for task in unnamed if _first_failing(task) == visibility]
    unwritten = [task for task in tasks if task.kind == "tested" and task.state == "none"]
    for task in unwritten[:1]:
        rest = " " + _("After it: task {tasks}.", tasks=", ".join(other.id for other in unwritten[1:])) if unwritten[1:] else ""
        steps.append(Step(_("Write task {task}, {title}.", task=task.id, title=task.title), _worth(task) + rest, task.anchor))
    steps += [Step(_("Answer task {task}, {title}, in the notebook.", task=task.id, title=task.title), _worth(task),
                   task.anchor) for task in tasks if task.kind == "written" and task.state == "none"]
    return steps[:MAX_STEPS]


def _worth(task: Task) -> str:
    return _("It is worth {points} points.", points=task.max_points)


def in_the_way(record: Mapping[str, Any]) -> str:
    """Why nothing was run, for a student: of a question to staff, the part that is about the files."""
    if record["status"] != "needs_person":
        return str(record["reason"])
    first, _line, trace = record["reason"].partition("\n")
    found = first.partition(": ")[2].rpartition(". ")[0]
    return "\n".join(filter(None, [f"{found}." if found else _("It is not clear which file counts."), trace]))


def _first_failing(task: Task) -> str:
    """Visibility of the first test to look at: public ones come first."""
    return "public" if any(test.visibility == "public" and not test.passed for test in task.tests) else "hidden"


def _failing(task: Task, visibility: str) -> Step:
    test = next(test for test in task.tests if test.visibility == visibility and not test.passed)
    first = next((line for text in test.details[test.has_call:] for line in text.splitlines()), "")
    where = "" if visibility == "public" else " " + _("Its public tests pass; this test is hidden.")
    first = first if first.endswith("?") else first.rstrip(".") + "."
    return Step(_("Task {task}, {title}: {test}.", task=task.id, title=task.title, test=test.title),
                _(WHAT_IT_DOES.get(test.outcome, OUTCOMES[test.outcome])) + (f": {first}" if first != "." else ".") + where,
                task.anchor)


WHAT_IT_DOES = {"failed": N_("This test fails"), "not_implemented": N_("This test meets a function that is not yet written"),
                "error": N_("This test raised an error"), "timeout": N_("This test ran out of time"),
                "passed": N_("This test passed"), "ungradable": N_("This test could not be checked")}
