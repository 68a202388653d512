"""`make return`: pack the students' feedback pages for upload to the LMS.

Sources of the layouts
    Canvas      infer_comment_context_from_filename in app/models/abstract_assignment.rb of canvas-lms: the first two parts of a
                file's name that are numbers are the user and the uploaded file it is a comment on; ``anon_<id>_<file>_`` where
                names are hidden. Canvas shows the page under the name of that file
    Moodle      mod/assign/feedback/file/importziplib.php: a folder ``Full name_<participant>_assignfeedback_file_`` for each
    Gradescope  takes no files back: folders named as in its own export, to be handed out by other means
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.grade.record import write_atomically
from autograder.gradebook.pipeline import Pipeline
from autograder.lms.people import Person, lms_facts, people
from autograder.stages import chosen

# A fixed date, so that the same pages give the same bytes.
LONG_AGO = (1980, 1, 1, 0, 0, 0)


@dataclass
class Returned:
    """What was packed.

    Attributes
    ----------
    paths : list of Path
        The archives, one per stage.
    left_out : list of str
        Whose page is missing, and why.
    """

    paths: list[Path] = field(default_factory=list)
    pages: int = 0
    left_out: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)


def return_pages(course: Path, layout: str, stage_id: str | None = None) -> Returned:
    """Write ``exports/<layout>-<stage>-feedback.zip`` for each stage with feedback pages.

    Raises
    ------
    UsageError
        There are no pages, or none can be returned in this layout.
    """
    course = course.resolve()
    pipeline = Pipeline(course)
    listed = pipeline.term.people
    present = set(listed.present())
    outcome = Returned(advice=list(ADVICE[layout]))
    for stage in chosen(stage_id):
        facts = lms_facts(course, stage.id)
        packed: dict[str, bytes] = {}
        hung: set[str] = set()
        for person in people(course, listed, present, [stage.id]):
            page = course / "feedback" / person.folder(stage.id) / stage.id / f"{stage.id}.html"
            if not person.folder(stage.id) or page.is_symlink() or not page.is_file():
                continue
            if not pipeline.up_to_date(stage.id, person.folder(stage.id)):
                outcome.left_out.append(f"{person.student} {stage.id}: the page is older than the marks; run make grade")
                continue
            name = LAYOUTS[layout](person, stage.id, facts.get(person.folder(stage.id), {}))
            if layout == "canvas" and person.folder(stage.id) in hung:
                continue  # a group handed in one file, and Canvas shows its comment to all members
            hung.add(person.folder(stage.id))
            if name.startswith("?"):
                outcome.left_out.append(f"{person.student} {stage.id}: {name[1:]}")
            else:
                packed[name] = page.read_bytes()
        if packed:
            path = course / "exports" / f"{layout}-{stage.id}-feedback.zip"
            write_atomically(path, _zipped(packed))
            outcome.paths.append(path)
            outcome.pages += len(packed)
    if not outcome.paths:
        if outcome.left_out:
            other = "" if layout == "folders" else "; FORMAT=folders packs them for any system"
            raise UsageError("\n  ".join([f"none of the pages can be packed as FORMAT={layout}{other}", *outcome.left_out[:10]]))
        raise UsageError(f"there is no page to return from {course / 'feedback'}; make them with: make feedback")
    return outcome


def _zipped(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), files[name], zipfile.ZIP_DEFLATED)
    return data.getvalue()


def _canvas(person: Person, stage_id: str, fact: dict[str, Any]) -> str:
    """Return the file name for Canvas, which needs the number of the upload that the comment belongs to."""
    user, upload = str(fact.get("id") or ""), str(fact.get("upload") or fact.get("order") or "").lstrip("0")
    if fact.get("lms") != "canvas" or not upload.isdecimal():
        return "?it did not come from a Canvas download, so no upload is known to hang the page on"
    # Canvas would take a number or underscore in the name for part of the ids.
    label = re.sub(r"[\W\d_]+", "", person.name or person.student).lower() or "student"
    return f"{label}_{user}_{upload}_{stage_id}.html" if user.isdecimal() else f"anon_{user}_{upload}_{stage_id}.html"


def _moodle(person: Person, stage_id: str, fact: dict[str, Any]) -> str:
    number = person.id_in("moodle", stage_id)
    if person.is_group:
        return "?a team, whose number is no participant's; name its members in roster.csv, column group"
    if not number.isdecimal():
        return "?no participant's number is known; give it in roster.csv, column moodle_id"
    # Moodle splits the folder name at underscores and reads the number after the first.
    label = re.sub(r"[\\/_:*?\"<>|]+", " ", person.name or person.student).strip(" .~") or "student"
    return f"{label}_{number}_assignfeedback_file_/{stage_id}.html"


def _gradescope(person: Person, stage_id: str, fact: dict[str, Any]) -> str:
    number = person.id_in("gradescope") or person.email or person.student
    label = re.sub(r"[^\w.@-]+", "-", number)
    return f"{label}/{stage_id}.html"


def _folders(person: Person, stage_id: str, fact: dict[str, Any]) -> str:
    return f"{person.student}/{stage_id}.html"


LAYOUTS: dict[str, Callable[[Person, str, dict[str, Any]], str]] = {
    "canvas": _canvas, "moodle": _moodle, "gradescope": _gradescope, "folders": _folders,
}
ADVICE = {
    "canvas": ["Canvas: the assignment, Upload Submissions (beside Download Submissions), this zip. Each page becomes a comment, "
               "under the name of the file it hangs on; uploading twice makes two comments."],
    "moodle": ["Moodle: View all submissions, Grading action, Upload multiple feedback files in a zip. Feedback files must be "
               "switched on in the assignment."],
    "gradescope": ["Gradescope takes no feedback files back: hand the folders out by other means, or use make gradescope, whose "
                   "autograder shows the feedback there."],
    "folders": ["A folder a student, for any system that takes files by name."],
}


