"""Grade one submission: files in, record out. Runs in a process forked for that submission."""

from __future__ import annotations

import base64
import contextlib
import itertools
from dataclasses import asdict
from typing import Any

from autograder.checks import at_home_only
from autograder.checks.axes import draw_once
from autograder.checks.compare import class_name, without_place
from autograder.checks.student import student_trace, trace_in_words
from autograder.checks.suite import Verdict, is_exact
from autograder.checks.words import _
from autograder.errors import Died, InfrastructureError, LimitExceeded
from autograder.grade.backends.sandboxed import ReferenceRun, SandboxBackend
from autograder.grade.ban_names import note_on_ban
from autograder.grade.dependencies import find_dependencies
from autograder.grade.diagnosis.naming import Diagnosis
from autograder.grade.handin.content import text_of
from autograder.grade.import_advice import advice
from autograder.grade.language import ENGLISH, speaking
from autograder.grade.misplaced import hidden_by_name, in_folder, unimported, unreached
from autograder.grade.record import SCHEMA, versions
from autograder.grade.retrain import Retrainer, files_for
from autograder.grade.runner import Result, Suite, name_of
from autograder.sandbox.client.sandbox import Sandbox
from autograder.stages import Stage, find_stage
from autograder.stages.points import test_list
from autograder.text import plain_values

# Notes kept; a notebook with thousands of cells could produce as many.
MAX_NOTES = 30
# Names in code that handles NumPy's floating-point errors.
SILENT = ("FloatingPointError", "RuntimeWarning")


def grade_one(job: dict[str, Any], sandbox: Sandbox, suite: Suite, runs: dict[str, ReferenceRun] | None = None) -> dict[str, Any]:
    """Return the record of one submission; the same job gives the same bytes.

    Parameters
    ----------
    job : dict
        student, stage, files (name to bytes), problem, notes, key, seed; retrain, whether to retrain models; language, of the
        texts for the student.
    sandbox : Sandbox
        A started sandbox with the stage's libraries.
    suite : Suite
        The stage's tests.
    runs : dict of str to ReferenceRun, optional
        How each test went with the model answers.

    Raises
    ------
    InfrastructureError
        The grader failed, not the submission.
    """
    with speaking(job.get("language", ENGLISH)):
        stage = find_stage(job["stage"])
        record: dict[str, Any] = {
            "schema": SCHEMA, "student": job["student"], "stage": stage.id, "key": job["key"], "notes": list(job["notes"]),
            "remarks": list(job.get("remarks", ())), "doubts": list(job.get("doubts", ())),
            "status": "graded", "reason": "", "isolation": sandbox.isolation, "versions": versions(stage), "seed": job["seed"],
            "pictures": {}, "picture_words": {}, "retrain": bool(job.get("retrain")),
        }
        files = files_for(stage, job)
        sandbox.trouble, sandbox.killed_counts = None, bool(job.get("killed_counts"))
        backend = SandboxBackend(stage, sandbox, files, job["seed"], runs)
        backend.unread = job.get("unread", {})
        if record["retrain"]:
            backend.retrainer = Retrainer(stage, sandbox, files)
        try:
            question = job.get("needs_person", "")
            reason = question or job["problem"]
            if not reason:
                reason, question = _load_problem(backend, files, job)
            if reason:
                record |= {"status": "needs_person" if question else "ungradable", "reason": reason}
                results = _ungradable(stage, reason)
            else:
                results = _tested(backend, suite, record, files, job)
        finally:
            backend.close()
        if sandbox.trouble is not None:  # even if a test that expects exceptions caught it
            raise sandbox.trouble
        return _finished(record, results)


def _tested(backend: SandboxBackend, suite: Suite, record: dict[str, Any], files: dict[str, bytes],
            job: dict[str, Any]) -> list[Result]:
    """Run the tests on a file that can be imported; enter notes, hints and figures into the record."""
    stage = backend.stage
    if stage.info.forbid_torch_rnn:
        source = files[stage.info.file].decode(errors="replace")
        record["notes"][:0] = note_on_ban(source, stage.info.file)
    if record["isolation"] == "wasm":
        record["notes"][:0] = note_on_silent_numbers(files)
    diagnosis = Diagnosis(stage)
    results = suite.run(backend, diagnosis)
    outcomes = [(result.verdict.task, result.verdict.outcome) for result in results]
    packed, asks = unreached(stage, {**job, "files": files}, outcomes, backend.missing)
    messages = (result.verdict.message for result in results)
    if not asks and (other := hidden_by_name(stage, files, messages, job.get("places", {}))):
        packed, asks = other, True
    if asks:
        reason = in_folder(packed, job["student"], stage.id)
        record |= {"status": "needs_person", "reason": reason}
        results = _ungradable(stage, reason)
    elif packed:
        record["notes"].insert(0, packed)
        record["remarks"].insert(0, packed)
        record["doubts"].append(packed)
    # What is too large to analyse gets no name.
    with contextlib.suppress(MemoryError, LimitExceeded), backend.total.cut_short():
        record["hints"] = {} if asks else diagnosis.found
    explain_refusals(record, files, results)
    found = {} if asks else backend.pictures
    record["pictures"] = {task: [base64.b64encode(png).decode("ascii") for png, _ in shown] for task, shown in found.items()}
    record["picture_words"] = {task: [words for _, words in shown] for task, shown in found.items()}
    record["met_wall_clock"] = backend.met_wall_clock
    return results


def _finished(record: dict[str, Any], results: list[Result]) -> dict[str, Any]:
    """Return the record with the verdicts and the score."""
    tests = [asdict(result.verdict) | {"visibility": result.visibility} for result in results]
    hints = record.pop("hints", {})
    for test in tests:
        test["mistake"], test["hint"] = hints.get(test["test"], ("", ""))
    record |= plain_values({"reason": record["reason"], "notes": record["notes"][:MAX_NOTES], "tests": tests,
                            "remarks": record["remarks"][:MAX_NOTES], "doubts": record["doubts"]})
    record["score"] = round(sum(test["points"] for test in tests), 6)
    record["max_score"] = round(sum(test["max_points"] for test in tests), 6)
    return record


def explain_refusals(record: dict[str, Any], files: dict[str, bytes], results: list[Result]) -> None:
    """Say what the code uses that works at home and not here, at each test that may have failed for it and to the TA."""
    failed = [result.verdict for result in results if result.verdict.outcome == "error"]
    found, explained = refused(files, record["isolation"]) if failed else [], []
    for verdict in failed:
        causes = at_home_only.first_of_each(at_home_only.causes(found, verdict.message, verdict.trace))
        explained += causes
        if causes:
            record.setdefault("hints", {}).setdefault(verdict.test, ("", "\n".join(map(str, causes))))
    sentences = [*dict.fromkeys(map(str, explained))]
    record["notes"][:0] = sentences
    record["remarks"] += sentences


def refused(files: dict[str, bytes], isolation: str) -> list[at_home_only.Use]:
    """Return all that a submission uses and its sandbox refuses."""
    sources = {name: text_of(data) for name, data in files.items() if name.endswith(".py")}
    return at_home_only.all_uses(sources, threads=isolation == "wasm") if isolation != "process" else []


def note_on_silent_numbers(files: dict[str, bytes]) -> list[str]:
    """Return a note for the TA on code that may rely on floating-point exceptions or warnings that WebAssembly does not give."""
    found = [(file, word) for file, source in sorted(files.items()) if file.endswith(".py")
             for word in SILENT if word.encode() in source]
    return [_("{file} names {word}: NumPy in WebAssembly neither raises nor warns where a number overflows or is divided by 0. "
              "If that cost points, grade it in the sandbox or with ISOLATION=process", file=file, word=word)
            for file, word in found[:1]]


def record_reference_run(stage: Stage, sandbox: Sandbox, suite: Suite, seed: int) -> dict[str, ReferenceRun]:
    """Grade the model answers before processes for submissions are forked, to record each test's transcript and fill caches."""
    if "matplotlib" in stage.info.preload:
        draw_once()  # diagnosis redraws figures to name mistakes in them
    runs: dict[str, ReferenceRun] = {}
    files = {stage.info.file: stage.solution.read_bytes()} | stage.trained()
    backend = SandboxBackend(stage, sandbox, files, seed, runs, recording=True)
    try:
        suite.run(backend)
    finally:
        backend.close()
    for item in suite.items:
        if (run := runs.get(name_of(item))) is not None:
            run.transcript.exact = is_exact(item)
    for earlier, later in itertools.combinations(runs, 2):  # in the order of running
        if runs[later].transcript.repeats(runs[earlier].transcript):
            runs[later].repeated.append(earlier)
    find_dependencies(stage, suite, runs, seed)
    return runs


def _load_problem(backend: SandboxBackend, files: dict[str, bytes], job: dict[str, Any]) -> tuple[str, str]:
    """Return why the student's file cannot be imported, with advice, and the same again if a person must decide; else empty
    strings.
    """
    try:
        backend.worker()
    except InfrastructureError:
        raise
    except Exception as error:
        name = class_name(error)
        trace = student_trace(error, backend.folder)
        file = backend.stage.info.file
        if isinstance(error, LimitExceeded):
            stop = "" if str(error).endswith("?") else "."
            return _("{file} did not finish importing: {why}{stop} Code outside functions runs at import.",
                     file=file, why=error, stop=stop), ""
        if isinstance(error, Died):
            return _("{file} could not be imported: it ended the program ({how})", file=file, how=error.how), ""
        text = without_place(str(getattr(error, "message", error)))
        what = f"{name}: {text}" if text else name
        remedy = advice(backend.stage, files, name, text, job.get("python", ""), job.get("places", {}))
        if not remedy and at_home_only.explains(what):
            remedy = "\n".join(map(str, at_home_only.first_of_each(refused(files, backend.sandbox.isolation))))
        question = in_folder(unimported(backend.stage, {**job, "files": files}, name, text), job["student"], backend.stage.id)
        said = question or _("{file} could not be imported: {why}", file=file, why=what)
        reason = "\n".join(filter(None, [said, trace_in_words(trace.rstrip()) if trace.strip() else "", remedy]))
        return reason, question and reason
    return "", ""


def _ungradable(stage: Stage, reason: str) -> list[Result]:
    """Return a result for every test of the suite, none of them run."""
    return [Result(visibility, Verdict(task, test, title, "ungradable", points, message=reason.splitlines()[0]))
            for visibility, task, test, title, points in test_list(stage)]
