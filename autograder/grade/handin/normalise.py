"""One hand-in as a stage can take it: the one rule for names and places, for collected work and for folders filled by hand.

Archives are opened; what an LMS or a browser did to a name is undone; the stage's file and notebook are found at any depth, by
name or, where exactly one file fits, by what they hold. Nothing is guessed where several fit: then a person is needed, and
`HandIn.needs_person` says what for.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice
from pathlib import PurePosixPath

from autograder.checks.rules import DATA, KITS_OWN
from autograder.checks.suffixes import forms, is_numbered, plain_name
from autograder.checks.words import N_
from autograder.checks.wrapping import parsed
from autograder.errors import Refused
from autograder.grade.handin.archives import File
from autograder.grade.handin.content import (
    AS_IT_IS,
    code_state,
    definitions_state,
    is_quickly_written,
    notebook_state,
    text_of,
    written_in,
)
from autograder.grade.handin.imports import used_from
from autograder.grade.handin.leftovers import is_leftover
from autograder.grade.handin.nested import expand, is_archive, is_none_by_name, is_weights, may_be_archive, stem_of
from autograder.grade.handin.pointers import not_here
from autograder.grade.language import Said, said
from autograder.grade.names import file_name, shown
from autograder.grade.notebook_reading import looks_like_notebook
from autograder.stages import Stage, stages

# A file that may hold code, or a notebook, under a name of its own: of any ending but those of other things.
OTHER_THINGS = (
    r"pt|pth|npy|npz|pkl|csv|tsv|pdf|docx?|odt|xlsx?|ods|pptx?|odp|pages|png|jpe?g|gif|webp|bmp|tiff?|svg|hei[cf]|avif|mp[34]|mov"
    r"|avi|mkv|webm|wav|html?|css|js|exe|dll|so|pyc|pyo|toml|ya?ml|ini|cfg|log|gitignore|zip|7z|rar|tar|t?gz"
)
MAY_BE_CODE = re.compile(rf"(?!.*\.(?:ipynb|json|{OTHER_THINGS})$).*", re.IGNORECASE | re.DOTALL)
MAY_BE_NOTEBOOK = re.compile(rf"(?!.*\.(?:pyw?|{OTHER_THINGS})$).*", re.IGNORECASE | re.DOTALL)
# What an LMS calls a text that somebody typed into it.
TYPED = re.compile(r"(?:.*/)?(?:onlinetext|text|link)\.html", re.IGNORECASE | re.DOTALL)
# Files that are looked into, one after the other, for the one that fits.
MAX_LOOKS = 60
MAX_LOOKED_AT = 2 << 20
# Where a file goes whose name another one was given.
OTHERS = "other-files"
# A folder for each time that something was handed in, as Teams and Schoology call it.
VERSION = re.compile(r"version[ _-]?(\d{1,6})", re.IGNORECASE)
# What may hold somebody's work and is none that can be read: documents, and pictures of them.
DOCUMENT = re.compile(r"\.(?:pdf|docx?|docm|odt|rtf|pages|html?|mht(?:ml)?|webarchive|tex|rmd|qmd|png|jpe?g|gif|webp|bmp|tiff?"
                      r"|hei[cf]|avif)$", re.IGNORECASE)
# What makes a folder of modules one module.
PACKAGE = "__init__.py"
# Where Jupyter keeps the file as it was saved before: looked into only where nothing else is filled in.
SPARE = ".ipynb_checkpoints"


@dataclass
class HandIn:
    """What was handed in for one stage.

    Attributes
    ----------
    files : dict of str to File
        By the path at which each belongs in ``submitted/<student>/<stage>/``.
    renamed : dict of str to str
        For files that have another name or place than they were handed in with: path to path as handed in.
    unpacked : set of str
        Those of them that were in an archive: they are told as `file in archive`.
    notes : list of str
        What a person may want to know; nothing that needs them.
    needs_person : str
        Which files only a person can choose between, or empty.
    problems : dict of str to str
        What could not be read, and why.
    closed : str
        What could not be opened, and why, if the stage's file may be in it: the files are then as they came, and a person is
        needed. Else empty.
    choices : list of _Choice
        What only a person can choose between; the first is asked about.
    spare : dict of str to File
        Copies that Jupyter made.
    leftovers : dict of str to File
        What systems and editors left in the archives.
    by_content : bool
        Whether the stage's file is one with another name, taken for what it holds.
    """

    files: dict[str, File] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    unpacked: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    needs_person: str = ""
    problems: dict[str, str] = field(default_factory=dict)
    closed: str = ""
    choices: list[_Choice] = field(default_factory=list)
    spare: dict[str, File] = field(default_factory=dict)
    leftovers: dict[str, File] = field(default_factory=dict)
    by_content: bool = False


@dataclass(frozen=True)
class _Choice:
    """Several files that could each be the one that is `wanted`: by their paths, those as handed out and those filled in."""

    wanted: str
    stubs: tuple[str, ...]
    written: tuple[str, ...]


def own_names(wanted: Iterable[Stage]) -> set[str]:
    """The files that students hand in for these stages."""
    return {name for stage in wanted for name in (stage.info.file, f"{stage.id}.ipynb", *stage.info.submission_files)}


@cache
def every_name() -> frozenset[str]:
    """The files that students hand in, of every stage."""
    return frozenset(own_names(stages()))


@cache
def every_stage() -> frozenset[str]:
    """The ids of the stages."""
    return frozenset(stage.id for stage in stages())


def normalise(files: dict[str, File], stage: Stage, stack: ExitStack, stays: bool = False, aside: Iterable[str] = ()) -> HandIn:
    """Find the files of a stage among those that one student handed in.

    Parameters
    ----------
    files : dict of str to File
        By their paths, with slashes.
    stage : Stage
    stack : ExitStack
        Closed when the files are no longer read.
    stays : bool
        Whether the files stay where they are, so that a question names them by their places.
    aside : iterable of str
        Leftovers of systems and editors that are not among the files, by path.
    """
    found, came = HandIn(), files
    files, found.problems = expand(files, stack, found.leftovers) if any(map(may_be_archive, files)) else (files, {})
    aside = [*aside, *found.leftovers]
    found.spare = {path: file for path, file in files.items() if SPARE in PurePosixPath(path).parts}
    files = {path: file for path, file in files.items() if path not in found.spare} if found.spare else files
    seen = {path: file for path, file in files.items() if not is_leftover(path, file.read)}
    code = _choose(seen, stage, stage.info.file, MAY_BE_CODE, code_state, found)
    if not code and not found.choices and (closed := _closed(found.problems)):
        return as_it_came(came, stage, closed, found.problems)
    wanted = stage.info.file
    found.by_content = bool(code) and not _is_package(code, wanted) and plain_name(PurePosixPath(code).name, {wanted}) != wanted
    around = _base_of(files, "", stage)
    base = _base_of(files, code, stage)
    notebook = _choose(seen, stage, f"{stage.id}.ipynb", MAY_BE_NOTEBOOK, notebook_state, found, base)
    chosen = {stage.info.file: code, f"{stage.id}.ipynb": notebook}
    for name in stage.info.submission_files:
        chosen[name] = _choose(seen, stage, name, None, lambda data, stage: "written", found, base)
        if not chosen[name] and all(choice.wanted != name for choice in found.choices):
            chosen[name] = _weights_called_like(seen, name, found)
    used = {path: name for name, path in chosen.items() if path}
    asked = {path for choice in found.choices for path in (*choice.stubs, *choice.written)}
    files = files | {path: file for path, file in found.spare.items() if path in used or path in asked}
    lies_at: dict[str, str] = {}
    for path in sorted(files, key=lambda path: (path not in used, path)):
        target = used.get(path) or _place(path, base)
        if target in found.files or _clashes(target, found.files):
            target = f"{OTHERS}/{target}"
        if target in found.files or _clashes(target, found.files):
            found.problems[path] = said("was left out: another file has its name")
            continue
        found.files[target] = files[path]
        lies_at[path] = target
        if target != path.removeprefix(around) or files[path].disguised:
            found.renamed[target] = files[path].place or (path if _is_package(path, wanted) else path.removeprefix(around))
            if files[path].place:
                found.unpacked.add(target)
    if _is_package(code, stage.info.file) and not _clashes(package := f"{stage.module}/{PACKAGE}", found.files):
        found.files.setdefault(package, files[code])  # the file is a copy of it: see `autograder.checks.student.place_of`
    _name_modules(found, stage)
    if notebook and not code and not found.choices and _is_code(files[notebook], stage):
        found.needs_person = said("{file} is missing, and {other} holds code and is no notebook. Put its code here as {file}, "
                                  "ask for the notebook, and run make grade again", file=stage.info.file, other=shown(notebook))
    typed = [path for path in sorted(files) if TYPED.fullmatch(path)]
    if typed and not (code or found.choices or found.needs_person):
        found.needs_person = said("{file} is missing, and there is a text that was typed into the LMS ({text}). Put the code in "
                                  "it here as {file}, or delete it, and run make grade again", file=stage.info.file,
                                  text=shown(typed[0]))
    meant = [path for path in sorted(files) if path not in used and path in seen and (
        _is_meant_for(path, stage) or (not notebook and DOCUMENT.search(path) and path not in KITS_OWN))]
    if meant and not (code or typed or found.choices or found.needs_person):
        place = files[meant[0]].place or shown(meant[0]) if stays else shown(lies_at.get(meant[0], meant[0]))
        found.needs_person = said("{file} is missing, and {other} may be meant for it. Put its code here as {file}, or delete "
                                  "it, and run make grade again", file=stage.info.file, other=place)
    if found.choices:
        found.notes += _newest(found.choices[0], files)
        places = {path: files[path].place or shown(path) if stays else shown(lies_at.get(path, path)) for path in asked}
        found.needs_person = _question(found.choices[0], places)
    # What cannot be opened stays beside the rest: whoever grades is told of it too.
    found.files = {_place(path, ""): came[path] for path in sorted(found.problems) if path in came} | found.files
    if found.needs_person:
        return found
    closed = _closed(found.problems) if not notebook else ""
    if closed:
        found.needs_person = _ask_for(f"{stage.id}.ipynb", closed)
    return replace(found, needs_person=found.needs_person or not_here(found.files, chosen, aside, found.notes))


def _weights_called_like(files: dict[str, File], wanted: str, found: HandIn) -> str:
    """The file with weights whose name has that of a missing model in it, such as ``tickets-rnn_final.pth``; empty if there is
    none, or if there are several, which a person is asked about.
    """
    def letters(name: str) -> str:
        return re.sub(r"[\W_]+", "", PurePosixPath(name).name.casefold())

    taken, stem = every_name(), letters(PurePosixPath(wanted).stem)
    fitting = [path for path, file in sorted(files.items())
               if stem in letters(path) and plain_name(PurePosixPath(path).name, taken) not in taken and is_weights(file)]
    return _only([_Candidate(path, 2, "written", _digest(files[path].content())) for path in fitting], wanted, found) \
        if fitting else ""


def _is_code(file: File, stage: Stage) -> bool:
    """True for a file that is called a notebook, is none, and has functions of the stage."""
    data = file.content()
    return not looks_like_notebook(data) and definitions_state(data, stage) == "written"


def _is_meant_for(path: str, stage: Stage) -> bool:
    """True for a file that is called as the stage's is, with another ending: `bptt.docx`, `bptt.html`, `bptt.pages`."""
    stems = [form.casefold().partition(".") for form in forms(PurePosixPath(path).name)]
    return any(stem == stage.module.casefold() and dot for stem, dot, _ in stems)


def _closed(problems: dict[str, str]) -> str:
    """What could not be opened and may hold code, and why; or empty."""
    closed = [name for name in sorted(problems) if is_archive(name) or name.lower().endswith((".py", ".txt"))]
    return about(closed[0], problems[closed[0]]) if closed else ""


def about(file: str, reason: str) -> Said:
    """What is wrong with a file, in one sentence."""
    template = N_("{file}: {reason}") if reason.startswith("it ") else N_("{file} {reason}")
    return Said(f"{shown(file)} {reason.removeprefix('it ')}", template, {"file": shown(file), "reason": reason})


def as_it_came(files: dict[str, File], stage: Stage, closed: str, problems: dict[str, str]) -> HandIn:
    """A hand-in of which the stage's file cannot be had: nothing in it is renamed or opened, and a person is asked."""
    question = _ask_for(stage.info.file, closed)
    placed = {_place(path, ""): file for path, file in files.items()}
    return HandIn(placed, needs_person=question, problems=problems, closed=closed)


def _ask_for(file: str, closed: str) -> Said:
    """The question where a file is missing and may be in what cannot be opened."""
    short = re.sub(r"[:;] it needs to be handed in.*", "", closed, flags=re.DOTALL)
    template = N_("{file} is missing, and {closed}. Put its files here, or ask for a .zip, and run make grade again")
    return Said(template.format(file=file, closed=short), template, {"file": file, "closed": closed})


def _place(path: str, base: str) -> str:
    """Where a file goes that is none of the stage's: beside the stage's file, as far below it as it was."""
    inside = path.removeprefix(base)
    return "/".join(file_name(part) for part in PurePosixPath(inside).parts)


def _clashes(target: str, taken: dict[str, File]) -> bool:
    """True for a file where a folder is, or in what is a file."""
    return any(str(parent) in taken for parent in PurePosixPath(target).parents) or any(
        name.startswith(f"{target}/") for name in taken
    )


def _base_of(files: dict[str, File], code: str, stage: Stage) -> str:
    """The folder that stands for the stage's: of its file, or else the one folder around all; with a slash, or empty."""
    if code:
        folder = PurePosixPath(code).parent
        folder = folder.parent if folder.name == SPARE or _is_package(code, stage.info.file) else folder
        return "" if str(folder) == "." else f"{folder}/"
    base = ""
    while True:
        tops = {
            PurePosixPath(path[len(base) :]).parts[0] if "/" in path[len(base) :] else ""
            for path in files
            if path.startswith(base)
        }
        if len(tops) != 1 or "" in tops:
            return base
        base += f"{tops.pop()}/"


def _is_package(path: str, wanted: str) -> bool:
    """True for the `__init__.py` of a package that is called as the stage's module is."""
    return path.endswith(PACKAGE) and PurePosixPath(path).parts[-2:] == (wanted.removesuffix(".py"), PACKAGE)


def _is_whole_package(path: str, files: dict[str, File], wanted: str, stage: Stage) -> bool:
    """True where it gives the functions too: one with nothing in it only holds modules."""
    return _is_package(path, wanted) and (
        code_state(files[path].content(), stage) != "other" or _uses_others(files, path, stage))


def _uses_others(files: dict[str, File], path: str, stage: Stage, by_import: bool = False) -> bool:
    """True for a file that uses another one with functions of the stage, or imports it; not for what earlier stages handed in."""
    others = [other for other in used_from(files, path) if PurePosixPath(other).name not in every_name()]
    if by_import:
        names = imported_names({path: files[path]})
        others = [other for other in others if PurePosixPath(other).stem in names]
    return any(_written_in(files, other, stage) for other in others)


@dataclass(frozen=True)
class _Candidate:
    path: str
    rank: int  # 0 its very name, 1 its name and a number, 2 anything else
    state: str
    digest: bytes
    takes_over: bool = False  # what it lacks comes from another file that it uses


def _choose(
    files: dict[str, File],
    stage: Stage,
    wanted: str,
    may_be: re.Pattern[str] | None,
    state_of: Callable[[bytes, Stage], str],
    found: HandIn,
    base: str = "",
) -> str:
    """The path of the file that is to be `wanted`, or empty.

    The file of that very name counts, the one nearest to the top, as long as something is written in it. Where it is missing,
    as handed out, or not of this stage, a file with another name counts that fits; where several differ, none does.
    """
    exact, numbered, others = _named(files, stage, wanted, base)
    others += [path for path in _near(files, may_be) if path not in {*exact, *numbered, *others}] if may_be else []
    alone = not (others or found.spare)
    if counts := [path for path in exact if may_be is MAY_BE_CODE and AS_IT_IS.search(files[path].content())]:
        return counts[0]
    if len(exact) == 1 and not numbered and (alone or _is_written(files[exact[0]], wanted, stage, state_of)):
        _name_passed_over(files, exact[0], others if may_be else [], wanted, stage, state_of, found)
        return exact[0]
    candidates = [
        candidate
        for rank, paths in enumerate((exact, numbered, others))
        for path in paths
        if (candidate := _look(files[path], path, rank, stage, state_of))
    ]
    candidates = _without_imported(_with_users(candidates, files, stage, wanted), files, wanted)
    first = [one for one in candidates if one.rank == 0]
    written = [one for one in candidates if one.state == "written"]
    if any(one.state == "written" for one in first):
        taken = _only(
            [
                one
                for one in candidates
                if (one.rank == 0 and one.state in ("written", "stub")) or (one.rank == 1 and one.state == "written")
            ],
            wanted,
            found,
        )
        if taken:
            _name_passed_over(files, taken, others if may_be else [], wanted, stage, state_of, found)
        return taken
    there = {**found.spare, **files}
    spare = [] if written else _near(found.spare, may_be) if may_be else []
    written += [one for path in spare if (one := _look(found.spare[path], path, 2, stage, state_of)) and one.state == "written"]
    if written:
        stubs = [one for one in first if one.state == "stub"]
        parts = [one for one in first if one.state == "other" and may_be is MAY_BE_CODE
                 and any(_written_in(files, one.path, stage) - _written_in(there, other.path, stage) for other in written)]
        return _only([*stubs, *parts, *written], wanted, found)
    if first:
        return first[0].path
    left = [one for one in candidates if one.state == "stub"] or [one for one in candidates if one.rank == 1]
    return left[0].path if left else ""


def _with_users(candidates: list[_Candidate], files: dict[str, File], stage: Stage, wanted: str) -> list[_Candidate]:
    """The candidates, where those count as written that use another file with functions of the stage: they may take them over as
    they run, by `setattr`, by a module's `__getattr__`, or from a module with a name of Python's. One with another name counts
    where it has functions of its own too."""
    if not wanted.endswith(".py"):
        return candidates
    return [
        replace(one, state="written", takes_over=True)
        if one.state in ("other", "stub") and (one.rank < 2 or _written_in(files, one.path, stage))
        and _uses_others(files, one.path, stage, by_import=one.rank == 2) else one
        for one in candidates
    ]


def _without_imported(candidates: list[_Candidate], files: dict[str, File], wanted: str) -> list[_Candidate]:
    """The candidates without modules that the stage's file uses, or one with its name and a number where there is none:
    `bptt-1.py` beside `helper-1.py`."""
    if not wanted.endswith(".py"):
        return candidates
    rank = min((one.rank for one in candidates if one.state == "written"), default=2)
    users = [one.path for one in candidates
             if one.state == "written" and (one.rank == rank < 2 or one.takes_over or _is_package(one.path, wanted))]
    used = {path for user in users for path in used_from(files, user)}
    return [one for one in candidates if one.rank <= min(rank, 1) or one.path not in used]


def _name_passed_over(files: dict[str, File], taken: str, others: list[str], wanted: str, stage: Stage,
                      state_of: Callable[[bytes, Stage], str], found: HandIn) -> None:
    """Say which files are filled in too, and differ from the one that counts by its name; none that its code uses, and none
    that has only a part of its functions, as an earlier state of it does."""
    own = used_from(files, taken) if others and wanted.endswith(".py") else set()
    looked = [_look(files[path], path, 2, stage, state_of) for path in others if path not in own]
    over = [one.path for one in looked if one and one.state == "written" and one.digest != _digest(files[taken].content())]
    if over and wanted.endswith(".py"):
        there = {name for path in (taken, *own) for name in _written_in(files, path, stage)}
        over = [path for path in over if not _written_in(files, path, stage) < there]
    if over:
        found.notes.append(said("{file} counts by its name; {others} could be it too", file=wanted,
                                others=_listed([shown(path) for path in over])))


def _written_in(files: dict[str, File], path: str, stage: Stage) -> set[str]:
    return written_in(files[path].content(), stage)


def _is_written(file: File, wanted: str, stage: Stage, state_of: Callable[[bytes, Stage], str]) -> bool:
    try:
        data = file.read()
    except Refused:
        return False
    return is_quickly_written(data, stage) if wanted.endswith(".py") else state_of(data, stage) == "written"


def _named(files: dict[str, File], stage: Stage, wanted: str, base: str) -> tuple[list[str], list[str], list[str]]:
    """Files with the name that is wanted, the nearest of them; those with a number to it; copies, and those further away.

    Nearest is beside the stage's file, then at the top, then in folders further down, those of other stages last. A package of
    that name lies where its folder does, and comes after a file there. Of folders for each version the highest comes first.
    """
    known, other_stages = {wanted}, every_stage() - {stage.id}

    def order(path: str) -> tuple[bool, bool, int, int, bool, bool]:
        is_package = _is_package(path, wanted)
        parts = PurePosixPath(path).parts[: -2 if is_package else -1]
        plain = {forms(part)[-1] for part in parts}  # `1-bptt (1)`: a second archive of that name, no better than the first
        strange = bool(other_stages & plain) and stage.id not in plain
        version = max((int(found[1]) for part in parts if (found := VERSION.fullmatch(part))), default=0)
        return strange, "".join(f"{part}/" for part in parts) != base, len(parts), -version, stage.id not in plain, is_package

    named = [path for path in files if PurePosixPath(path).name == wanted or _is_whole_package(path, files, wanted, stage)]
    exact = sorted(named, key=lambda path: (order(path), path))
    near = [path for path in exact if order(path) == order(exact[0])]
    made = sorted(
        path for path in files if PurePosixPath(path).name != wanted and plain_name(PurePosixPath(path).name, known) == wanted
    )
    numbered = [path for path in made if is_numbered(PurePosixPath(path).name)]
    rest = [path for path in made if path not in numbered]
    if not exact:  # nothing stands before a copy then
        numbered, rest = numbered + rest, []
    return near, numbered, rest + [path for path in exact if path not in near]


def _near(files: dict[str, File], may_be: re.Pattern[str]) -> list[str]:
    """Files of other names that might be the one that is wanted: none that has a name of the kit's."""
    taken = every_name() | KITS_OWN
    return [
        path
        for path, file in sorted(files.items())
        if (may_be.fullmatch(path) or (may_be is MAY_BE_CODE and (TYPED.fullmatch(path) or _is_page_of(path))))
        and file.size
        and plain_name(PurePosixPath(path).name, taken) not in taken
        and "checks" not in PurePosixPath(path).parts[:-1]
    ][:MAX_LOOKS]


def _is_page_of(path: str) -> bool:
    """True for a web page that is called as a stage's file is: `bptt.html`, as a browser saves what it shows."""
    place = PurePosixPath(path)
    return place.suffix.lower() in (".html", ".htm") and f"{place.stem}.py".casefold() in {one.casefold() for one in every_name()}


def _look(file: File, path: str, rank: int, stage: Stage, state_of: Callable[[bytes, Stage], str]) -> _Candidate | None:
    try:
        data = file.read() if rank < 2 or path.lower().endswith(".ipynb") or file.size <= MAX_LOOKED_AT else b""
    except Refused:
        return _Candidate(path, rank, "unreadable", b"") if rank == 0 else None
    if rank == 2 and state_of is code_state and not _is_package(path, stage.info.file):
        state_of = definitions_state
    return _Candidate(path, rank, state_of(data, stage), _digest(data))


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data.replace(b"\r\n", b"\n").rstrip()).digest()


def _only(candidates: list[_Candidate], wanted: str, found: HandIn) -> str:
    """The one candidate, where all hold the same; else none, and a person is asked, of the first such file."""
    if len({one.digest for one in candidates}) == 1:
        return candidates[0].path
    stubs = tuple(one.path for one in candidates if one.state == "stub")
    found.choices.append(_Choice(wanted, stubs, tuple(one.path for one in candidates if one.state != "stub")))
    return ""


def _question(choice: _Choice, places: dict[str, str]) -> str:
    """What a person is asked, and what to do."""
    stubs, written = ([places[path] for path in paths] for paths in (choice.stubs, choice.written))
    if stubs:
        one, many = N_("{files} is as handed out"), N_("{files} are as handed out")
        handed_out = said(one if len(stubs) == 1 else many, files=_listed(stubs))
        one, many = N_("{files} is filled in"), N_("{files} are filled in")
        filled = said(one if len(written) == 1 else many, files=_listed(written))
        what = said("{one}, and {other}", one=handed_out, other=filled)
    else:
        what = said("{files} could each be {wanted}, and they differ", files=_listed(written), wanted=choice.wanted)
    others = said("the others") if len(stubs) + len(written) > 2 else said("the other")
    return said("{what}. Keep the one that counts as {wanted}, delete {others}, and run make grade again", what=what,
                wanted=choice.wanted, others=others)


def _newest(choice: _Choice, files: dict[str, File]) -> list[str]:
    """Which of the files that could be the one was changed last, where their archives say when."""
    times = sorted((files[path].when, files[path].place or path) for path in (*choice.stubs, *choice.written))
    if not times[0][0] or times[-1][0] == times[-2][0]:
        return []
    when, path = times[-1]
    return [said("of the files that could be {file} the newest is {path}, of {when}", file=choice.wanted, path=shown(path),
                 when=when)]


def _listed(paths: list[str]) -> str:
    names = [*paths[:4]] + ([said("others")] if len(paths) > 4 else [])
    return names[0] if len(names) == 1 else said("{names} and {last}", names=", ".join(names[:-1]), last=names[-1])


def _name_modules(found: HandIn, stage: Stage) -> None:
    """Take off the additions to the names of a student's own modules and data: those the code asks for, and those that
    cannot be meant."""
    loose = [path for path in found.files if len(forms(PurePosixPath(path).name)) > 1 and not path.endswith(".ipynb")]
    if not loose:
        return
    imported = imported_names(found.files)
    known = every_name()
    for path in sorted(loose):
        place = PurePosixPath(path)
        for form in forms(place.name)[1:]:
            target = str(place.with_name(form))
            if (
                target in found.files
                or _clashes(target, found.files)
                or form in known
                or not _is_meant(place, form, imported, found)
            ):
                continue
            found.files[target] = found.files.pop(path)
            found.renamed[target] = found.renamed.pop(path, path)
            found.unpacked |= {target} if path in found.unpacked else set()
            break


def _is_meant(place: PurePosixPath, form: str, imported: set[str], found: HandIn) -> bool:
    """True where a file is known by a shorter name: code imports it by that, or opens it, or could not import it by its own."""
    stem = PurePosixPath(form).stem
    if form.endswith(".py") and stem.isidentifier():
        return place.stem not in imported and (stem in imported or not place.stem.isidentifier())
    return form.lower().endswith(DATA) and any(
        form.encode() in text and place.name.encode() not in text for text in _sources(found.files)
    )


def _sources(files: dict[str, File]) -> list[bytes]:
    sources = (file for path, file in files.items() if path.endswith(".py") and file.size <= MAX_LOOKED_AT)
    return [file.content() for file in islice(sources, MAX_LOOKS)]


def imported_names(files: dict[str, File]) -> set[str]:
    """The modules that the Python files import, as far as they can be parsed."""
    names: set[str] = set()
    for data in _sources(files):
        tree = parsed(text_of(data))
        for node in ast.walk(tree) if tree is not None else ():
            if isinstance(node, ast.Import):
                names |= {part for alias in node.names for part in alias.name.split(".")}
            elif isinstance(node, ast.ImportFrom):
                names |= {*(node.module or "").split("."), *(alias.name for alias in node.names)}
    return names


def _split(source: str) -> tuple[str, str]:
    """A file out of an archive, as it is told: its path in there, and the archive, which may lie in another one."""
    inside, _, archive = source.rpartition(" in ")
    further, _, nearer = inside.rpartition(" in ")
    return (further, f"{nearer} in {archive}") if further and is_archive(nearer) else (inside, archive)


def told(hand_in: HandIn, wanted: set[str]) -> list[str]:
    """A sentence for each file that was taken under another name, from another place, or out of what has no archive's name.

    Of a student's own modules and data, only another name is told: where they lie, beside the stage's file, they lay before.
    """
    notes: list[str] = []
    for target, source in sorted(hand_in.renamed.items()):
        inside, archive = _split(source) if target in hand_in.unpacked else ("", "")
        name = PurePosixPath(inside or source).name
        label = shown(source if inside else name)
        folder = str(PurePosixPath(inside).parent)
        if inside and is_none_by_name(archive):
            notes.append(said("{archive} is an archive; {name} in it was taken as {file}", archive=shown(archive),
                              name=shown(inside), file=shown(target)))
        elif inside and PurePosixPath(inside).name == target and target in wanted:
            known = folder == "." or folder in (*every_stage(), PurePosixPath(stem_of(archive.partition(" in ")[0])).name)
            notes.append(said("{file} was taken from {archive}", file=target, archive=shown(archive)) if known else
                         said("{file} was taken from the folder {folder} in {archive}", file=target, folder=shown(folder),
                              archive=shown(archive)))
        elif target in wanted and name == PACKAGE and "/" in source:
            notes.append(said("{name} was taken as {file}", name=shown(source), file=target))
        elif name != target and (target in wanted or PurePosixPath(target).name in forms(name)[1:]):
            notes.append(said("{name} was taken as {file}", name=label, file=shown(target)))
        elif target in wanted and "/" in source:
            notes.append(said("{file} was taken from the folder {folder}", file=target,
                              folder=shown(str(PurePosixPath(source).parent))))
    return notes
