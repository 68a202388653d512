"""Grade one submission: files in, record out. Runs in a process forked for it alone."""

from __future__ import annotations

import base64
from typing import Any

from autograder.checks.student import student_trace
from autograder.errors import InfrastructureError, LimitExceeded
from autograder.grade.bench import GraderBench
from autograder.grade.diagnosis import Diagnosis
from autograder.grade.record import SCHEMA, versions
from autograder.grade.suite import Result, run_suite
from autograder.jail import Jail, Limits
from autograder.stages import Stage, find_stage

LIMITS = Limits()
MAX_PICTURES = 8


def grade_one(job: dict[str, Any], jail: Jail) -> dict[str, Any]:
    """The record of one submission; the same job gives the same bytes.

    Parameters
    ----------
    job : dict
        student, stage, files (name to bytes), problem, notes, key, seed.
    jail : Jail
        A started jail for the stage's libraries.

    Raises
    ------
    InfrastructureError
        When the grader, not the submission, failed.
    """
    stage = find_stage(job["stage"])
    record: dict[str, Any] = {
        "schema": SCHEMA, "student": job["student"], "stage": stage.id, "key": job["key"], "notes": list(job["notes"]),
        "status": "graded", "reason": "", "isolation": jail.isolation, "versions": versions(stage), "seed": job["seed"],
        "pictures": [],
    }
    bench = GraderBench(stage, jail, job["files"], job["seed"], LIMITS)
    try:
        reason = job["problem"] or _load_problem(bench)
        if reason:
            record |= {"status": "ungradable", "reason": reason}
            results = _ungradable(stage, reason)
        else:
            diagnosis = Diagnosis(stage)
            results = run_suite(stage, bench, diagnosis)
            record["hints"] = diagnosis.found
    finally:
        bench.close()
    tests = [result.verdict.as_dict() | {"visibility": result.visibility} for result in results]
    hints = record.pop("hints", {})
    for test in tests:
        test["mistake"], test["hint"] = hints.get(test["test"], ("", ""))
    record["tests"] = tests
    record["score"] = round(sum(test["points"] for test in tests), 6)
    record["max_score"] = round(sum(test["max_points"] for test in tests), 6)
    return record


def _load_problem(bench: GraderBench) -> str:
    """Why the student's file cannot be imported, or empty."""
    try:
        bench.worker()
    except InfrastructureError:
        raise
    except Exception as error:
        name = getattr(error, "type_name", None) or type(error).__name__
        trace = student_trace(error, bench.folder)
        file = bench.stage.info.file
        if isinstance(error, LimitExceeded):
            return f"{file} did not finish importing: {error}. Code outside functions runs at import; is there a loop without an end?"
        text = str(getattr(error, "message", error))
        return f"{file} could not be imported: {name}: {text}" + (f"\n{trace}" if trace.strip() else "")
    return ""


def _ungradable(stage: Stage, reason: str) -> list[Result]:
    """Every test of the suite, none of them run."""

    class Nothing:
        folder = GraderBench.folder
        seed = 0

    bench: Any = Nothing()
    from autograder.checks.student import Student

    def refuse(name: str, args: tuple, kwargs: dict) -> Any:
        raise _CannotRun(reason.splitlines()[0])

    bench.student = Student(refuse)
    bench.begin = lambda task_id: None
    bench.reference = stage.reference
    bench.canvas = lambda: None
    bench.outcome = lambda error: "ungradable"
    results = run_suite(stage, bench)
    for result in results:
        verdict = result.verdict
        verdict.outcome, verdict.points, verdict.call, verdict.trace = "ungradable", 0.0, "", ""
        verdict.message = reason.splitlines()[0]
    return results


class _CannotRun(Exception):
    """Stands for every call of a submission that could not be loaded."""


def encode_picture(png: bytes) -> str:
    """A picture for a JSON record."""
    return base64.b64encode(png).decode("ascii")
