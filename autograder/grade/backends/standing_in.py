"""What goes into a worker with a submission, and right versions in the place of its functions that fail their own task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from autograder.checks.words import _
from autograder.sandbox.client.worker import OutsideContract, Submission
from autograder.stages import Stage


def submission_for(stage: Stage, files: dict[str, bytes]) -> Submission:
    """What a worker is given of a submission to a stage."""
    return Submission(files, stage.module, stage.earlier_sources(), stage.handed_out(), stage.standins().beginning()[0])


def answer(stage: Stage, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """What a right version of a function gives.

    Raises
    ------
    ValueError
        For arguments that the function is to refuse.
    OutsideContract
        The call is one that the right version is not made for, such as one with an option of the student's own.
    """
    try:
        return getattr(stage.right_versions(), name)(*args, **kwargs)
    except ValueError:
        raise
    except Exception as error:
        raise OutsideContract from error


def note(names: Iterable[str]) -> str:
    """Which functions a test was graded with that are not the student's."""
    *most, last = sorted(names)
    return _("graded with a right {functions}", functions=", ".join(most) + (_(" and ") if most else "") + last)
