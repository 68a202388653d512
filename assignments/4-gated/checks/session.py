"""Run the public tests of a stage, in this process or in a new one, and collect the outcome."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

from . import at_home_only, needs, rules, suite
from .compare import told
from .home import MAX_PRINTED, HomeVerdict, LocalBackend, listening
from .layout import StageInfo, earlier_file, earlier_tests, public_tests, read_stage
from .printed import Printed
from .restore import everything_put_back
from .student import lies_in, student_trace, trace_in_words
from .suite import BACKEND, POINTS, QUIET, VERDICTS, QuietSession
from .words import _, _n
from .wrapping import advice

ARGUMENTS = (*QUIET, "-p", "no:unittest", "--import-mode=importlib")


@dataclass
class Outcome:
    """The outcome of one run of the public tests. Both reports, text and HTML, are made from it.

    Attributes
    ----------
    title, file, release : str
        Of the stage.
    saved : str
        When the student's file was saved, such as "18:02".
    tasks : dict of str to str
        Tasks that have public tests, with their titles.
    points : dict of str to float
        Points of each task's public tests.
    tested : float
        Points of all tests of the stage, including hidden ones; 0 if unknown.
    verdicts : list of HomeVerdict
    load_error, load_trace : str
        Why and where importing the file failed; empty if it did not.
    printed : str
        What the file printed while it was imported.
    notes : list of str
        Sentences on missing files.
    earlier : list of str
        Sentences on the earlier stages this one builds on, and on how the tests were run.
    fails_there : list of str
        Sentences on what the code uses that works here and not in the grader.
    borrowed : list of str
        Functions that the file has once it is imported, written in another file: taken over by any way there is.
    problem : str
        Why no test could be run at all; usually empty.
    """

    title: str
    file: str
    release: str = ""
    saved: str = ""
    tasks: dict[str, str] = field(default_factory=dict)
    points: dict[str, float] = field(default_factory=dict)
    tested: float = 0.0
    verdicts: list[HomeVerdict] = field(default_factory=list)
    load_error: str = ""
    load_trace: str = ""
    printed: str = ""
    notes: list[str] = field(default_factory=list)
    earlier: list[str] = field(default_factory=list)
    fails_there: list[str] = field(default_factory=list)
    borrowed: list[str] = field(default_factory=list)
    problem: str = ""

    @property
    def is_passed(self) -> bool:
        """Whether every test that was run passed."""
        return not self.problem and not self.load_error and all(verdict.outcome == "passed" for verdict in self.verdicts)


def outcome_of(config: pytest.Config, with_earlier: bool = True) -> Outcome:
    """Return the outcome of the session with this configuration."""
    backend: Any = config.stash[BACKEND]
    info: StageInfo = backend.info
    verdicts: Any = config.stash[VERDICTS]
    backend.give_hints(verdicts)
    outcome = Outcome(info.title, info.file, info.release, saved_at(backend.folder / info.file),
                      points=config.stash.get(POINTS, {}), tested=sum(info.points.values()), verdicts=verdicts,
                      printed=backend.printed_on_import.text, notes=list(backend.missing))
    outcome.tasks = {task: info.tasks.get(task, "") for task in sorted(outcome.points)}
    if backend.load_error is not None:
        outcome.load_error = ". ".join(filter(None, [described(backend.load_error), same_name(backend.load_error, backend.folder),
                                                      wrapped(backend.folder / info.file)]))
        outcome.load_trace = trace_in_words(student_trace(backend.load_error, backend.folder))
    if with_earlier:
        outcome.fails_there = fails_there(backend.folder, info)
        outcome.borrowed = backend.borrowed(rules.asked_for(backend.folder, info))
        outcome.earlier = [sentence for stage_id in info.requires_stages
                           if (sentence := verdict_on_earlier(backend.folder, stage_id, info.folder))]
    return outcome


def wrapped(file: Path) -> str:
    """Describe what an editor or notebook put around the code of a file and how to remove it; empty if nothing."""
    try:
        return advice(file.name, file.read_bytes())
    except OSError:
        return ""


def fails_there(folder: Path, info: StageInfo) -> list[str]:
    """Return a sentence on each kind of thing in the student's modules that works here and not in the grader."""
    sources = {name: rules.read(folder / name) for name in rules.own_modules(folder, info)}
    return [str(use) for use in at_home_only.uses(sources, folder)]


def described(error: BaseException) -> str:
    """Format an exception in one line; for a missing library, say what to do."""
    if isinstance(error, ModuleNotFoundError) and error.name in needs.FLOORS:
        return needs.missing(str(error.name))
    return told(error)


def same_name(error: BaseException, folder: Path) -> str:
    """Return advice if an exception is due to a file with the name of a module that is another's; else an empty string."""
    there = [path for path in rules.files_in(folder) if path.endswith(".py")]
    file = rules.namesake(str(error), there, [name for name, module in list(sys.modules.items()) if not lies_in(module, folder)])
    return _(rules.NAMESAKE, file=file) if file else ""


def saved_at(file: Path) -> str:
    """Return when a file was saved: the time, and the date unless it is today."""
    try:
        when = time.localtime(file.stat().st_mtime)
    except OSError:
        return ""
    today = time.strftime("%Y-%m-%d") == time.strftime("%Y-%m-%d", when)
    return time.strftime("%H:%M" if today else "%Y-%m-%d %H:%M", when)


class _Session(QuietSession):
    """A pytest plugin that sets the backend of a session and collects its outcome."""

    def __init__(self, backend: LocalBackend, with_earlier: bool) -> None:
        self.backend, self.with_earlier = backend, with_earlier
        self.outcome: Outcome | None = None
        self.problem = ""

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[BACKEND] = self.backend

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.problem:
            self.problem = report.longreprtext.strip().splitlines()[-1].removeprefix("E").strip()

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.outcome = outcome_of(session.config, self.with_earlier)


def run_here(tests: Path, folder: Path, task: str | None = None, show: bool = False, with_earlier: bool = True) -> Outcome:
    """Run public tests in this process on a fresh import of the student's file, then restore all state.

    Parameters
    ----------
    tests : Path
        The test file; its `stage.toml` is beside it.
    folder : Path
        The student's folder.
    task : str, optional
        Id of the only task to test.
    show : bool
        Keep the arguments of each call that failed.
    with_earlier : bool
        Also check the earlier stages this one builds on.
    """
    info = read_stage(tests.parent)
    folders = [folder, *(file.parent for stage_id in info.requires_stages if (file := earlier_file(folder, stage_id)))]
    shared = [Path(name).stem for name in info.handout_files.values() if name.endswith(".py")]
    with everything_put_back(folders, shared), _quiet_environment():
        os.chdir(folder)
        backend = LocalBackend(folder, info, show)
        session = _Session(backend, with_earlier)
        options = ["-c", str(Path(__file__).with_name("here.ini")), *(("--task", task) if task else ())]
        words = Printed(MAX_PRINTED)
        try:
            with listening(words):
                status = pytest.main([_without_brackets(tests, folder), *ARGUMENTS, *options], plugins=[suite, session])
        finally:
            backend.close()
    if status == pytest.ExitCode.INTERRUPTED and not session.problem:
        raise KeyboardInterrupt
    outcome = session.outcome or Outcome(info.title, info.file)
    if session.problem or session.outcome is None:
        outcome.problem = session.problem or words.text.strip() or _("pytest ended with {status}", status=repr(status))
    return outcome


def _without_brackets(file: Path, folder: Path) -> str:
    """Return the path relative to the folder: pytest would parse brackets and double colons in it as those of a test id."""
    try:
        return os.path.relpath(file, folder)
    except ValueError:  # on another drive
        return str(file)


@contextlib.contextmanager
def _quiet_environment() -> Iterator[None]:
    """Context without pytest options from the environment and without other plugins."""
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "CI", "BUILD_NUMBER"):
        os.environ.pop(name, None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    yield


# (Content and path of an earlier stage's file) -> sentence, so that each version is tested once.
_earlier: dict[tuple[bytes, Path], str] = {}


def verdict_on_earlier(folder: Path, stage_id: str, material: Path) -> str:
    """Return a sentence on the student's own file of an earlier stage; empty if its public tests pass.

    Parameters
    ----------
    folder, material : Path
        The student's folder, and the folder of the current stage's tests.
    stage_id : str
        The earlier stage.
    """
    file, tests = earlier_file(folder, stage_id), earlier_tests(material, stage_id)
    if file is None or tests is None:
        return ""
    key = (file.read_bytes(), file)
    if key not in _earlier:
        _earlier[key] = _summary_of_earlier(run_here(tests, file.parent, with_earlier=False))
    return _earlier[key]


def _summary_of_earlier(outcome: Outcome) -> str:
    from .report import state_of

    graded = _("this stage is graded with a right one")
    if outcome.problem:
        return ""
    if outcome.load_error:
        return _("Your {file} cannot be imported ({why}); {graded}.", file=outcome.file, why=outcome.load_error, graded=graded)
    states = {task: state_of([verdict for verdict in outcome.verdicts if verdict.task == task]) for task in outcome.tasks}
    failed = [task for task, state in states.items() if state in ("failed", "in part")]
    unwritten = [task for task, state in states.items() if state not in ("passed", "failed", "in part")]
    missing = _n("{tasks} is not yet written", "{tasks} are not yet written", len(unwritten), tasks=", ".join(unwritten))
    names = {"file": outcome.file, "failed": ", ".join(failed), "missing": missing, "graded": graded}
    if failed and unwritten:
        return _("Your {file} fails {failed}, and {missing} there; {graded}.", **names)
    if failed:
        return _("Your {file} fails {failed}; {graded}.", **names)
    return _("In your {file}, {missing}; {graded}.", **names) if unwritten else ""


def run_fresh(folder: Path, task: str | None = None, show: bool = False) -> Outcome:
    """Run the public tests in a new process, so that the state of libraries is new too; in this process if none can be started.
    """
    package = __package__ or "checks"
    root = Path(__file__).resolve().parents[len(package.split("."))]
    path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
    with tempfile.TemporaryDirectory() as scratch:
        found = Path(scratch, "outcome.json")
        command = [sys.executable, "-m", package, *([task] if task else []), *(["--show"] if show else []), "--json", str(found)]
        try:
            done = subprocess.run(command, cwd=folder, env=os.environ | {"PYTHONPATH": path, "MPLBACKEND": "Agg"}, text=True,
                                  encoding="utf-8", errors="replace", stdin=subprocess.DEVNULL, capture_output=True)
        except OSError as error:  # as in a browser
            outcome = run_here(public_tests(folder), folder, task, show)
            outcome.earlier.append(_("No process can be started here ({why}), so the tests ran in this one.",
                                     why=error.strerror or error))
            return outcome
        if found.exists():
            return from_json(found.read_text(encoding="utf-8"))
    info = read_stage(public_tests(folder).parent)
    last = (done.stderr or done.stdout).strip().splitlines()[-1:]
    problem = _("the process that ran them ended with status {status}", status=done.returncode)
    return Outcome(info.title, info.file, problem=": ".join([problem, *last]))


def as_json(outcome: Outcome) -> str:
    """Serialize an outcome."""
    return json.dumps(asdict(outcome))


def from_json(text: str) -> Outcome:
    """Read an outcome written by `as_json`."""
    data = json.loads(text)
    data["verdicts"] = [HomeVerdict(**verdict) for verdict in data["verdicts"]]
    return Outcome(**data)
