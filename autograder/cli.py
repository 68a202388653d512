"""The command line: `python -m autograder <verb>`; each verb is a thin call."""

from __future__ import annotations

import sys

import click

from autograder.errors import InfrastructureError, KitError, UsageError


class Kit(click.Group):
    """A group whose errors end in a message and the exit status of the contract, never in a traceback."""

    def main(self, *args: object, **kwargs: object) -> object:
        """1 for the grader's own trouble, 2 for wrong usage."""
        try:
            return super().main(*args, **kwargs)  # type: ignore[arg-type]
        except KitError as error:
            click.echo(f"{'error' if isinstance(error, UsageError) else 'the grader failed'}: {error}", err=True)
            sys.exit(1 if isinstance(error, InfrastructureError) else 2)


@click.group(cls=Kit, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Release, grade and verify the assignments of this course."""


@main.command()
@click.option("--stage", "stage_id", default=None, help="One stage only, such as 1-bptt.")
@click.option("-v", "--verbose", is_flag=True, help="The matrix of mistakes too.")
def verify(stage_id: str | None, verbose: bool) -> None:
    """Run the gates: the proof that the suites are right."""
    from autograder.course.verify import Finding
    from autograder.course.verify import verify as run
    from autograder.stages import find_stage, stages

    def tell(finding: Finding, seconds: float) -> None:
        click.echo(f"  {'ok  ' if finding.holds else 'FAIL'} {finding.gate:<52} {finding.measured:<28} {seconds:6.1f} s")
        for line in finding.table if verbose else ():
            click.echo(f"         {line}")
        for problem in finding.problems[:25]:
            click.echo(f"         {problem}")

    failed = 0
    for stage in [find_stage(stage_id)] if stage_id else stages():
        click.echo(f"{stage.id}: {stage.info.title}")
        failed += sum(not finding.holds for finding in run(stage, tell))
    if failed:
        raise click.exceptions.Exit(1)
