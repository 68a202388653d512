"""Moodle: ``First Last_<participant>_assignsubmission_file_/<files>``, or that prefix before each file name.

For teams, the team's name and number, or ``Default group`` without one. The number identifies a participant in this assignment
only.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from autograder.grade.handin.archives import Archive
from autograder.lms.formats.layout import Handin, Known, Layout
from autograder.lms.roster import GROUP, LmsIdentity

FOLDER = re.compile(r"(?:^|/)(?P<name>[^/]+?)(?:_(?P<participant>\d+))?_assignsubmission_(?P<kind>[a-z]+)_?/?(?P<file>.*)")
# The name of everybody in an anonymous assignment.
HIDDEN = frozenset({
    "participant", "teilnehmer", "teilnehmer/in", "teilnehmerin", "teilnehmer-in", "participante", "partecipante", "deelnemer",
    "uczestnik",
})


def read(archive: Archive, names: list[str], known: Known) -> Layout:
    """Read folders by name and participant."""
    layout = Layout()
    groups: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    for name in names:
        match = FOLDER.search(name)
        if match is None or match["kind"] not in ("file", "onlinetext") or not match["file"]:
            layout.rest.append(name)
        else:
            groups[name[: match.start()], match["name"], match["participant"] or ""][match["file"]] = name
    named = Counter((above, name) for above, name, _ in groups)
    teams = {person.group for person in known.roster.people if person.group}
    for (above, name, participant), files in groups.items():
        hidden = name.strip().casefold() in HIDDEN
        label = name if named[above, name] == 1 and not hidden else f"{name}_{participant}"
        group = name if not participant or name in teams or GROUP.match(name) else ""
        who = LmsIdentity("moodle", participant or name, "" if hidden else name, group=group)
        layout.handins.append(Handin(who, label, files, download=above))
    return layout
