"""Check the markers of solutions, mark schemes and hidden tests: a mistyped one would hand out what it should hide.

nbgrader and `strip` match markers literally and take anything else for text. So the structure is checked here: each written task
has exactly one mark scheme, blocks are paired, and a line that resembles a marker is an error.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from autograder.checks.toml_file import conflict_in
from autograder.stages.strip import BEGIN, END

SCHEME = ("=== BEGIN MARK SCHEME ===", "=== END MARK SCHEME ===")
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
MARKERS = (BEGIN, END, *SCHEME, *HIDDEN)
# Minimum length of a mark scheme; a shorter one has probably lost its text.
SHORTEST = 20
# Words that indicate a marker whatever the line's formatting.
SAID = re.compile(r"\b(begin|end|start|stop)\W{0,4}(of\W{1,3})?(the\W{1,3})?(mark(?:s|ing)?|grading|hidden)\W{0,3}"
                  r"(scheme|sheme|schema|schem|tests?)\b", re.IGNORECASE)
# Minimum similarity of a line's words with a marker's to count as mistyped.
ALIKE = 0.75


def marker_problems(notebook: Any, file: str) -> list[str]:
    """Return what is wrong with the markers of a source notebook, one sentence each, with file, cell and line.

    Parameters
    ----------
    notebook : NotebookNode
    file : str
        Name used in messages.
    """
    found = []
    for number, cell in enumerate(notebook.cells, start=1):
        plan = cell.metadata.get("nbgrader") or {}
        conflict = conflict_in(cell.source)
        where = f"{file}, cell {number}" + (f" ({plan['grade_id']})" if plan.get("grade_id") else "")
        if conflict:
            found.append(f"{where}, line {conflict}: a merge conflict is left in it")
        found += mistyped(cell.source, where)
        found += _unpaired(cell.source, where)
        schemes = cell.source.count(SCHEME[0])
        if plan.get("task"):
            text = cell.source.partition(SCHEME[0])[2].partition(SCHEME[1])[0]
            if schemes != 1:
                found.append(f"{where}: a written task has exactly one mark scheme, between {SCHEME[0]} and {SCHEME[1]}; "
                             f"this one has {schemes or 'none'}")
            elif SCHEME[1] not in cell.source.partition(SCHEME[0])[2]:
                found.append(f"{where}: its mark scheme has no {SCHEME[1]} below it")
            elif len("".join(text.split())) < SHORTEST:
                found.append(f"{where}: its mark scheme is empty")
        elif schemes:
            found.append(f"{where}: a mark scheme outside a written task is handed out to students: "
                         "move it into the cell of the task")
    return found


def mistyped(text: str, where: str) -> list[str]:
    """Return a sentence for each line that resembles a marker."""
    return [f"{where}, line {number}: {line.strip()[:60]!r} looks like the marker {marker!r} and is none; it has to stand alone "
            "on its line, letter for letter"
            for number, line in enumerate(text.splitlines(), start=1) if (marker := _nearest(line))]


def _nearest(line: str) -> str:
    """Return the marker that a line is a mistyped form of; empty for a correct marker or any other line."""
    stripped = line.strip()
    if stripped in MARKERS:
        return ""
    for marker in MARKERS:
        if marker in stripped:
            return marker
    stripped = unicodedata.normalize("NFKC", stripped)  # full-width characters and the like
    words = " ".join(re.findall(r"[^\W\d_]+", stripped)).upper()
    said = SAID.search(stripped)
    if said:
        return HIDDEN[0] if said[4].lower() == "hidden" else SCHEME[said[1].lower() in ("end", "stop")]
    dressed = re.match(r"[#=\-*<>_~!/ ]{3,}|#", stripped) or stripped.isupper()
    if not dressed or not 8 <= len(words) <= 40:
        return ""
    ratio, marker = max((SequenceMatcher(None, words, re.sub(r"[^A-Z ]", "", marker).strip()).ratio(), marker)
                        for marker in MARKERS)
    return marker if ratio >= ALIKE else ""


def _unpaired(text: str, where: str) -> Iterator[str]:
    for begin, end in ((BEGIN, END), SCHEME, HIDDEN):
        opened = 0
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip() == begin:
                if opened:
                    yield f"{where}, line {number}: {begin!r} inside the block that line {opened} began"
                opened = number
            elif line.strip() == end:
                if not opened:
                    yield f"{where}, line {number}: {end!r} without its beginning"
                opened = 0
        if opened:
            yield f"{where}, line {opened}: {begin!r} is never ended"
