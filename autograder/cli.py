"""The command line, `python -m autograder <command>`. Each command is a thin wrapper."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder import __version__
from autograder.errors import UsageError
from autograder.sandbox.isolation import ISOLATIONS
from autograder.verbs import Kit

if TYPE_CHECKING:
    from autograder.prove.gate_result import GateResult
    from autograder.stages import Stage

# Commands whose output holds personal data: files they create are readable by their owner alone.
PRIVATE = ("grade", "collect", "roster", "clean-class", "feedback", "formgrader", "marking", "return", "export", "report", "demo")


@click.group(cls=Kit, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="vanishing-gradients")
@click.pass_context
def main(context: click.Context) -> None:
    """Release, grade and verify the assignments of this course."""
    if context.invoked_subcommand in PRIVATE:
        before = os.umask(0o077)
        context.call_on_close(lambda: os.umask(before))


a_course = click.option("--course", type=click.Path(path_type=Path), default=None,
                        help="Folder with submitted/ (default: the kit's own).")
of_a_term = click.option("--course", type=click.Path(path_type=Path), default=None,
                         help="Folder with course.toml (default: the kit's own).")
jobs_at_a_time = click.option("--jobs", type=click.IntRange(min=1), default=None, help="Workers at a time (default: the cores).")
one_stage = click.option("--stage", "stage_id", default=None, help="One stage only, such as 1-bptt.")


@main.command()
@of_a_term
@one_stage
@click.option("--prove", is_flag=True, help="Run the gates on the new release, and put it in place only where all hold.")
def release(course: Path, stage_id: str | None, prove: bool) -> None:
    """Make assignments/ and dist/ from solutions/: of the stages in use whose day has come."""
    from autograder.grade.course import this_course
    from autograder.publish.handing_out import due_for_release, take_back
    from autograder.publish.release import staged

    now = datetime.now(UTC)
    ready, waiting = due_for_release(this_course(), stage_id, now)
    with staged(ready) as changed:
        if prove and run_gates(ready, verbose=False):
            raise UsageError("nothing was released: assignments/ and dist/ are as they were.\n"
                             "  The gates that failed say what to change.")
    for name, differs in changed.items():
        click.echo(f"{name}: {'re-released' if differs else 'unchanged'}  assignments/{name}/  dist/{name}.zip")
    for sentence in [*waiting, *take_back(this_course(), now)]:
        click.echo(sentence)


@main.command()
@of_a_term
@one_stage
def solutions(course: Path, stage_id: str | None) -> None:
    """Make dist/solutions-<stage>.zip, the model answers for students, once everybody's time is over."""
    from autograder.grade.course import this_course
    from autograder.publish.handing_out import make_solutions

    if stage_id is None:
        raise UsageError("which stage? Name it: make solutions STAGE=1-bptt")
    (stage,) = this_course().stages(stage_id)
    archive = make_solutions(course, stage, datetime.now(UTC))
    click.echo(f"{archive}\nThe model answers of {stage.id}, for students. Hidden tests and mistakes are not in it.")


def run_gates(chosen_stages: Iterable[Stage], verbose: bool, gates: Iterable[Callable[[Stage], GateResult]] | None = None,
              again: bool = False) -> int:
    """Run the gates of some stages, printing each result as it arrives; return the number that failed.

    A gate that held before and that nothing has changed since is not run, unless `again`.
    """
    from autograder.prove.gate_result import write_names
    from autograder.prove.gates import GATES
    from autograder.prove.gates import verify as run
    from autograder.prove.unchanged import Kept
    from autograder.stages import KIT

    def tell(finding: GateResult, seconds: float) -> None:
        took = "  unchanged" if finding.unchanged else f"{seconds:6.1f} s {finding.cpu:6.1f} CPU s"
        click.echo(f"  {'ok  ' if finding.holds else 'FAIL'} {finding.gate:<52} {finding.measured:<28} {took}")
        for line in finding.table if verbose else ():
            click.echo(f"         {line}")
        for problem in finding.problems[:25]:
            click.echo(f"         {problem}")

    failed, kept = 0, Kept(again)
    for stage in chosen_stages:
        try:
            click.echo(f"{stage.id}: {stage.info.title}")
        except UsageError as error:  # the other stages are checked all the same
            click.echo(f"{stage.id}:\n  FAIL {error}")
            failed += 1
            continue
        try:
            findings = run(stage, tell, gates or GATES, kept)
        finally:
            kept.save()
        unchanged = sum(finding.unchanged for finding in findings)
        click.echo(f"  {len(findings)} gates took {sum(finding.cpu for finding in findings):.1f} CPU s"
                   + (f"; {unchanged} of them were not run, since nothing has changed since they held" if unchanged else ""))
        failed += sum(not finding.holds for finding in findings)
        if any(finding.names for finding in findings):
            path, words = write_names(KIT / "dist" / f"names-{stage.id}.csv", findings)
            click.echo(f"  {words}: {path.relative_to(KIT)}")
    return failed


@main.command()
@click.argument("name")
def stage(name: str) -> None:
    """Lay out a new stage that passes the gates as it stands."""
    from autograder.publish.new_stage import lay_out

    made = lay_out(name)
    click.echo(f"{made.id} is laid out, and passes the gates as it stands:\n"
               f"  {made.source}/  model answers and notebook\n  {made.suite}/  tests, a mistake, an alternative\n"
               f"Change a piece, then:  make try STAGE={made.id}   (docs/contributor.md says what each piece is)\n"
               f"Hand it out with:      make release STAGE={made.id}")


@main.command()
@a_course
@one_stage
@click.option("--student", default=None, help="One student only.")
@jobs_at_a_time
@click.option("--cluster", default=None, help="Address of a Dask scheduler, such as tcp://host:8786.")
@click.option("--isolation", type=click.Choice(ISOLATIONS), default=None,
              help="How student code is sandboxed (default: the sandbox; WebAssembly where there can be none and the extra is "
                   "installed). What is not the sandbox is named on every result; `process` has no wall.")
@click.option("--retrain", is_flag=True,
              help="Train models again by the submitted code, in place of the weights that were handed in.")
@click.option("--all", "everything", is_flag=True, help="List every submission, however many there are.")
def grade(course: Path, stage_id: str | None, student: str | None, jobs: int | None, cluster: str | None,
          isolation: str | None, retrain: bool, everything: bool) -> None:
    """Grade submitted/<student>/<stage>/: what is new or changed."""
    from autograder.gradebook.grading import grade_course
    from autograder.sandbox import wasm
    from autograder.sandbox.client.choice import choose
    from autograder.terminal import Progress, summary

    isolation, reason = choose(isolation)
    if reason:
        click.echo(f"NO SANDBOX HERE: {reason.splitlines()[0]}\nStudent code runs in WebAssembly instead; make doctor says more.",
                   err=True)
    if isolation == "wasm":
        wasm.prepare(partial(click.echo, err=True))
    with Progress() as progress:
        outcome = grade_course(course, progress, stage_id, student, jobs=jobs, isolation=isolation,
                               cluster=cluster, retrain=retrain)
    click.echo(summary(outcome, course, everything))
    if retrain and not any(record.get("retrain") for record in outcome.records):
        click.echo("RETRAIN=1 changed nothing: no trained models belong to what was graded.")
    if outcome.failed or outcome.unusable:
        raise click.exceptions.Exit(1)
    if outcome.work.refused:
        raise click.exceptions.Exit(2)


@main.command()
@click.option("--course", type=click.Path(path_type=Path), default=Path("demo"), help="Scratch folder (default: demo/).")
@jobs_at_a_time
@click.option("--isolation", type=click.Choice(ISOLATIONS), default=None,
              help="How student code is kept apart (default: the sandbox where this machine can have one, else WebAssembly where "
                   "the extra is installed).")
@one_stage
@click.pass_context
def demo(context: click.Context, course: Path, jobs: int | None, isolation: str | None, stage_id: str | None) -> None:
    """Build a sample class and grade it with the real pipeline."""
    from autograder.demo import build
    from autograder.grade.course import read_course
    from autograder.sandbox.client.sandbox import reason_against_sandbox
    from autograder.sandbox.wasm import what_is_missing

    for stage in read_course(course).stages(stage_id):
        if stage.missing_libraries():
            click.echo(f"{stage.id} is left out: {', '.join(stage.missing_libraries())} is not installed (make TORCH=yes demo).")
    click.echo(f"{build(course, stage_id)} sample submissions in {course}/submitted")
    reason = reason_against_sandbox() if isolation is None else ""
    other = "process" if what_is_missing() else "wasm"
    if reason:
        click.echo(f"NO SANDBOX HERE: {reason}\n" + (
            "The sample class is graded in WebAssembly." if other == "wasm" else
            "The sample class is the kit's own code, so it is graded in plain processes. For what students hand in, set a "
            "sandbox up first: make doctor"), err=True)
    context.invoke(grade, course=course, jobs=jobs, isolation=isolation or (other if reason else "sandbox"))


@main.command()
@a_course
def doctor(course: Path) -> None:
    """Look at what grading needs here, and say what to do where it is missing."""
    from autograder.doctor import BAD, examine
    from autograder.text import plain

    failed = 0
    for finding in examine(course.resolve()):
        click.echo(plain(str(finding)))
        failed += finding.status == BAD
    if failed:
        click.echo(f"\n{failed} thing{'' if failed == 1 else 's'} to put right before grading.")
        raise click.exceptions.Exit(1)
    click.echo("\nThis machine can grade.")


@main.command(name="try")
@of_a_term
@one_stage
@click.option("--task", default=None, help="One task: model answers, stub, mistakes, bank and alternatives.")
@click.option("--mistake", default=None, help="One mistake: what it loses, and the name it gets.")
@click.option("--gate", default=None, help="The gates with these words in their name.")
@click.option("--file", "answer", type=click.Path(path_type=Path), default=None, help="A file of one's own, outside the sandbox.")
def try_out(course: Path, stage_id: str | None, task: str | None, mistake: str | None, gate: str | None,
            answer: Path | None) -> None:
    """Try a change in seconds: a task, a mistake, a gate or a file."""
    from autograder.prove.tryout import gates_named, try_file, try_mistake, try_task
    from autograder.stages import chosen
    from autograder.text import plain

    if gate:
        failed = run_gates(chosen(stage_id), True, gates_named(gate))
    else:
        if stage_id is None and (task or mistake or answer):
            raise UsageError("which stage? Name it: make try STAGE=1-bptt ...")
        failed = 0
        for stage in chosen(stage_id):
            click.echo(f"{stage.id}: {stage.info.title}")
            lines = try_mistake(stage, mistake) if mistake else try_file(stage, answer) if answer else try_task(stage, task)
            for line in lines:
                failed += line.startswith("  FAIL")
                click.echo(plain(line))
    if failed:
        raise click.exceptions.Exit(1)


def seeds_named(context: click.Context, parameter: click.Parameter, words: str | None) -> range:
    """Return the seeds meant by 10, which is 1 to 10, or by 11-20."""
    found = re.fullmatch(r"(?:([0-9]{1,9})-)?([0-9]{1,9})", words or "1-0")
    seeds = range(int(found[1] or 1), int(found[2]) + 1) if found else range(0)
    if words is not None and not seeds:
        raise click.BadParameter(f"{words!r} says neither how many, such as 10, nor which, such as 11-20")
    return seeds


@main.command()
@of_a_term
@one_stage
@click.option("-v", "--verbose", is_flag=True, help="The matrix of mistakes too.")
@click.option("--mutants", is_flag=True, help="Kill automatic mutants of the model answers, in place of the other gates.")
@click.option("--grader", is_flag=False, flag_value="", default=None, metavar="[WORDS]",
              help="Try the slips in the kit's own code, in place of the other gates; with WORDS, those that have them.")
@click.option("--seeds", callback=seeds_named, default=None, metavar="N|FROM-TO",
              help="Run the gates on hidden inputs with N other seeds of them, or with these, in place of the other gates.")
@click.option("--short", is_flag=True, help="What CI runs: all gates, with fewer programs, pairs and records.")
@click.option("--again", is_flag=True, help="Run also gates that nothing has changed for since they held.")
def verify(course: Path, stage_id: str | None, verbose: bool, mutants: bool, grader: str | None, seeds: range,
           short: bool, again: bool) -> None:
    """Run the gates: the proof that the suites are right."""
    from autograder.grade.course import this_course
    from autograder.prove.gates import SHORT, holds_in_another_term
    from autograder.prove.mutants import mutants_are_killed

    special = [mutants_are_killed] if mutants else []
    special += [partial(holds_in_another_term, seed=seed) for seed in seeds]
    gates = special or (SHORT if short else None)
    failed = run_gates(this_course().stages(stage_id), verbose, gates, again) if special or grader is None else 0
    if grader is not None or (mutants and stage_id is None):
        from autograder.prove.slips import slips_are_found

        click.echo("the grader")
        finding = slips_are_found(grader or "", tell=lambda line: click.echo(f"         {line}"))
        click.echo(f"  {'ok  ' if finding.holds else 'FAIL'} {finding.gate:<52} {finding.measured}")
        for line in [*finding.problems, *finding.table]:
            click.echo(f"         {line}")
        failed += not finding.holds
    if failed and seeds:
        click.echo("What holds with one seed and not with another hangs on luck in the inputs of a test. Let the test draw them "
                   "until they have\nthe property that it needs (docs/contributor.md says how). One seed again, here 12: "
                   "make verify STAGE=1-bptt SEEDS=12-12")
    if failed:
        raise click.exceptions.Exit(1)


@main.command()
@of_a_term
@one_stage
def lite(course: Path, stage_id: str | None) -> None:
    """Make dist/lite/, a site on which students work in the browser: of the released stages that need no PyTorch."""
    from autograder.grade.course import this_course
    from autograder.publish.handing_out import due_for_release
    from autograder.publish.lite import for_the_browser, make_site

    ready, waiting = due_for_release(this_course(), stage_id, datetime.now(UTC))
    inside, sentences = for_the_browser(ready)
    for sentence in [*waiting, *sentences]:
        click.echo(sentence)
    place = make_site(inside)
    click.echo(f"{', '.join(stage.id for stage in inside)}: {place}\nLook at it with: python3 -m http.server --directory {place}")


@main.command()
@one_stage
def figures(stage_id: str | None) -> None:
    """Save every figure of the notebooks as SVG and PNG, for a lecture."""
    from autograder.prove.figures import draw_figures
    from autograder.stages import chosen

    for stage in chosen(stage_id):
        place = draw_figures(stage)
        click.echo(f"{stage.id}: {len(list(place.glob('*.svg')))} figures in {place}")


@main.command()
@one_stage
@click.option("--size", type=click.IntRange(min=2), default=12, help="Submissions in the comparison with plain nbgrader.")
@click.option("--largest", type=click.IntRange(min=10), default=100, help="Largest class in the measurement of growth.")
@click.option("--only", default="", help="One part: throughput, parts, growth, central, sandbox or naming.")
@click.option("--write", is_flag=True, help="Put the page into docs/performance.md.")
def bench(stage_id: str | None, size: int, largest: int, only: str, write: bool) -> None:
    """Measure speed and memory as ratios, in one run."""
    from autograder.benchmarks.run import PARTS
    from autograder.benchmarks.run import bench as measure
    from autograder.stages import KIT, chosen

    if only and only not in PARTS:
        raise UsageError(f"there is no part {only!r}; the parts are: {', '.join(PARTS)}")
    page = measure(chosen(stage_id), size, largest, lambda step: click.echo(step, err=True), only)
    click.echo(page)
    if write:
        (KIT / "docs" / "performance.md").write_text(page, encoding="utf-8")


@main.command()
@click.argument("downloads", nargs=-1)
@click.option("--from", "source", default="", help="A download, or several with spaces between: zip, tar or folder.")
@click.option("--map", "pattern", default="", help="A regular expression with groups student and stage, for any other layout.")
@a_course
@one_stage
def collect(downloads: tuple[str, ...], source: str, pattern: str, course: Path, stage_id: str | None) -> None:
    """Unpack downloads of an LMS, or folders, into submitted/."""
    from autograder.lms.collect import collect as unpack
    from autograder.lms.collect import paths_of

    paths = [Path(download) for download in downloads] + (paths_of(source) if source or not downloads else [])
    outcome = unpack(paths, course, stage_id, pattern)
    click.echo(outcome.summary(course))
    if outcome.refused or outcome.strays:
        raise click.exceptions.Exit(2)


@main.command()
@click.argument("table", type=click.Path(path_type=Path))
@a_course
@one_stage
def roster(table: Path, course: Path, stage_id: str | None) -> None:
    """Take the list of people that an LMS gives out into roster.csv."""
    from autograder.lms.lists import take_list

    click.echo(take_list(table, course, stage_id))


@main.command("clean-class")
@a_course
@click.option("--yes", is_flag=True, help="Do not ask.")
def clean_class(course: Path, yes: bool) -> None:
    """Remove all of a class: what was handed in, marks, pages, tables."""
    from autograder.gradebook.unchanged import is_elsewhere
    from autograder.lms.clean import class_state, forget

    elsewhere = is_elsewhere(course)
    found = class_state(course)
    if not found:
        click.echo(f"There is nothing of a class in {course}.")
        return
    click.echo(f"All of this in {course} will be removed for good:\n  " + "\n  ".join(found))
    if not yes and click.prompt("Type the word remove to go on", default="", show_default=False) != "remove":
        click.echo("Nothing was removed.")
        raise click.exceptions.Exit(2)
    forget(course)
    kept = " The database that nbgrader_config.py names still holds its marks: drop it on its server." if elsewhere else ""
    click.echo(f"Removed.{kept}")


@main.command()
@a_course
@one_stage
@click.option("--student", default=None, help="One student only.")
def feedback(course: Path, stage_id: str | None, student: str | None) -> None:
    """Make the students' pages again, with marks and comments given by hand."""
    from autograder.report.remake import remake
    from autograder.terminal import Progress, changed

    with Progress() as progress:
        outcome = remake(course, progress, stage_id, student)
    click.echo(f"{outcome.pages} pages in {course / 'feedback'}/, marks in {course / 'grades.csv'}")
    for warning in outcome.warnings:
        click.echo(f"Look at this mark: {warning}")
    if outcome.changes:
        click.echo(changed(outcome.changes))
    for stage, who in outcome.stale:
        click.echo(f"Not in the gradebook yet, grade it first: submitted/{who}/{stage}")
    for (stage, who), reason in outcome.failed.items():
        click.echo(f"The grader failed on submitted/{who}/{stage} (this is not the student's fault): {reason}")
    if outcome.failed:
        raise click.exceptions.Exit(1)


@main.command()
@a_course
@click.option("--port", type=click.IntRange(1024, 65535), default=None,
              help="Port on this machine (default: a free one).")
def formgrader(course: Path, port: int | None) -> None:
    """Serve nbgrader's page for what is graded by hand."""
    from autograder.gradebook.formgrader import FormGrader

    with FormGrader(course, port or 0) as server:
        click.echo(f"Grade by hand at\n  {server.address()}\n"
                   "Ctrl-C ends it; then put the marks into the pages with: make feedback")
        server.wait()


@main.command()
@a_course
@one_stage
@click.option("--share", default=None, help="The part of one who marks, such as 2/3; its list is written to marking/.")
@click.option("--import", "source", type=click.Path(path_type=Path), default=None,
              help="Take marks from a filled-in list, a gradebook.db or another course folder.")
def marking(course: Path, stage_id: str | None, share: str | None, source: Path | None) -> None:
    """List what is left to read by hand; split it, and bring marks together."""
    from autograder.gradebook.marking import import_marks, left_to_read
    from autograder.terminal import import_summary, marking_summary

    if source is not None:
        click.echo(import_summary(import_marks(course, source)))
    click.echo(marking_summary(left_to_read(course, stage_id, share)))


@main.command()
@a_course
@one_stage
@click.option("--format", "layout", type=click.Choice(["canvas", "moodle", "csv", "gradescope"]), default="csv",
              help="Whose layout (default: csv, everything).")
@click.option("--partial", is_flag=True, help="Give marks although written answers are still unread.")
@click.option("--comments", is_flag=True, help="Add comments, where the layout has room for them (moodle).")
def export(course: Path, stage_id: str | None, layout: str, partial: bool, comments: bool) -> None:
    """Write the marks for an LMS into exports/."""
    from autograder.lms.export import write_export
    from autograder.terminal import export_summary

    click.echo(export_summary(write_export(course, layout, stage_id, partial=partial, comments=comments)))


@main.command("return")
@a_course
@one_stage
@click.option("--format", "layout", type=click.Choice(["canvas", "moodle", "gradescope", "folders"]), default="folders",
              help="Whose layout (default: folders, one a student).")
def return_(course: Path, stage_id: str | None, layout: str) -> None:
    """Pack the students' pages as an LMS takes them back, into exports/."""
    from autograder.lms.return_pages import return_pages
    from autograder.terminal import return_summary

    click.echo(return_summary(return_pages(course, layout, stage_id)))


@main.command()
@a_course
def report(course: Path) -> None:
    """Write the class report, report/index.html."""
    from autograder.report.class_report import write_report

    click.echo(str(write_report(course)))


@main.command()
@of_a_term
@one_stage
def gradescope(course: Path, stage_id: str | None) -> None:
    """Make dist/gradescope-<stage>.zip, an autograder for Gradescope."""
    from autograder.grade.course import this_course
    from autograder.lms.gradescope import pack

    for stage in this_course().stages(stage_id):
        click.echo(str(pack(stage)))


@main.command()
@of_a_term
@one_stage
@click.option("--for", "platform", type=click.Choice(["gradescope", "github", "prairielearn", "coderunner"]), default=None,
              help="The platform that is to grade.")
def package(course: Path, stage_id: str | None, platform: str | None) -> None:
    """Make dist/<platform>-<stage>.zip, an autograder for another platform."""
    from autograder.grade.course import this_course
    from autograder.lms.platforms import NAMES, pack

    if platform is None:
        raise UsageError(f"for which platform? Name it: make package FOR=github STAGE=1-bptt; there are {', '.join(NAMES)}")
    for stage in this_course().stages(stage_id):
        click.echo(str(pack(stage, platform)))
