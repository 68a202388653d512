"""Gradescope: ``assignment_<n>_export/submission_<n>/<files>``, with submitters in ``submission_metadata.yml``."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

from autograder.errors import UsageError
from autograder.grade.handin.archives import Archive
from autograder.grade.names import shown
from autograder.lms.formats.layout import Handin, Layout
from autograder.lms.roster import LmsIdentity

FILE = re.compile(r"(?:.*/)?(?P<submission>submission_\d+)/(?P<file>.+)")
METADATA = "submission_metadata.yml"
MAX_METADATA = 16 << 20


def read(archive: Archive, names: Iterable[str], metadata: str) -> Layout:
    """Read submissions, for each of their submitters; submitters without files are noted."""
    submissions = _metadata(archive, metadata)
    files: dict[str, dict[str, str]] = defaultdict(dict)
    layout = Layout()
    for name in names:
        match = FILE.fullmatch(name)
        if match is not None and match["submission"] in submissions:
            files[match["submission"]][match["file"]] = name
        elif name != metadata:
            layout.rest.append(name)
    for submission, people in submissions.items():
        for who, created in people:
            when = _time(created)
            if submission not in files:
                layout.notes.append(f"{shown(who.name or who.email or who.id)} handed in {submission} without a file")
            layout.handins.append(
                Handin(who, who.id or who.email or who.name, files.get(submission, {}), when=when, order=when or created)
            )
    return layout


def _time(text: str) -> str:
    try:
        when = datetime.fromisoformat(re.sub(r"\s*Z$", "+00:00", re.sub(r"(\.\d{6})\d+", r"\1", text.strip())))
    except ValueError:
        return ""
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="seconds")


def _metadata(archive: Archive, name: str) -> dict[str, list[tuple[LmsIdentity, str]]]:
    """Return the submitters of each submission, and when it was made."""
    import yaml

    data = archive.read(name)
    try:
        events = yaml.parse(data, yaml.SafeLoader) if len(data) <= MAX_METADATA else ()
        if len(data) > MAX_METADATA or any(isinstance(event, yaml.AliasEvent) for event in events):
            raise UsageError(f"{archive.path}: {name} is too large, or not what Gradescope writes")
        content = yaml.load(data, yaml.BaseLoader)  # loads only strings: an id of 0123 is not a number
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UsageError(f"{archive.path}: {name} cannot be read ({' '.join(str(error).split())[:200]})") from error
    found: dict[str, list[tuple[LmsIdentity, str]]] = {}
    for submission, facts in content.items() if isinstance(content, dict) else ():
        facts = facts if isinstance(facts, dict) else {}
        created = str(facts.get(":created_at", ""))
        people = facts.get(":submitters")
        for person in people if isinstance(people, list) else ():
            person = person if isinstance(person, dict) else {}
            sid, email, full = (str(person.get(key) or "").strip() for key in (":sid", ":email", ":name"))
            if sid or email or full:
                found.setdefault(str(submission), []).append(
                    (LmsIdentity("gradescope", sid or email or full, full, email), created)
                )
    return found
