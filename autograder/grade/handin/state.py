"""What `make collect` remembers of each hand-in, in ``submitted/.collected/<stage>/<student>.json``.

Grading reads from it which files were renamed; exports read what the LMS calls a student.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograder.grade.language import restored

COLLECTED = ".collected"


def state_path(submitted: Path, stage_id: str, student: str) -> Path:
    """Where the state of one hand-in lies."""
    return submitted / COLLECTED / stage_id / f"{student}.json"


def read_state(submitted: Path, stage_id: str, student: str) -> dict[str, Any]:
    """The state of one hand-in; empty where it did not come by `make collect`.

    Keys: ``lms``, ``id``, ``name``, ``email``, ``group``, ``when``, ``late``, ``order``, ``attempt``, ``source``, ``notes``,
    ``question``; ``collected`` and ``files``, the digest of each file as it came and as it was put there; ``renamed``, from
    a file's name here to its name as handed in; ``unpacked``, those of them that were in an archive; ``unread``, of a newer
    hand-in of which nothing could be read; and ``earlier``, of one with nothing in it after one that had: the `file` and the
    `question`.
    """
    try:
        state = json.loads(state_path(submitted, stage_id, student).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return state if isinstance(state, dict) else {}


def question_of(state: dict[str, Any]) -> str:
    """The question that a hand-in raises for a person; empty if it raises none."""
    earlier = state.get("earlier")
    return restored(state.get("question")) or (restored(earlier.get("question")) if isinstance(earlier, dict) else "")
