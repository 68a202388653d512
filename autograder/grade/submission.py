"""Read what a student handed in without trusting it: no link is followed, no declared size believed."""

from __future__ import annotations

import ast
import hashlib
import io
import os
import re
import tokenize
import zipfile
from collections.abc import Collection, Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path, PurePosixPath
from typing import Any

from autograder import checks
from autograder.checks.rules import KITS_OWN, MAX_FILE, MAX_FILES, MAX_TOTAL, limit
from autograder.checks.wrapping import CUT, unwrap
from autograder.errors import Damaged, Refused, TooBig
from autograder.grade.handin.archives import MAX_MEMBER, ZIP_STARTS, File, read_bytes, walk
from autograder.grade.handin.content import (
    AS_IT_IS,
    DEFINITION,
    code_state,
    has_all,
    is_quickly_written,
    lack_of_code,
    notebook_state,
    text_of,
)
from autograder.grade.handin.imports import used_from, written_elsewhere
from autograder.grade.handin.leftovers import is_about, what_it_is
from autograder.grade.handin.nested import is_archive
from autograder.grade.handin.normalise import OTHERS, HandIn, about, as_it_came, imported_names, normalise, own_names, told
from autograder.grade.handin.state import read_state
from autograder.grade.handin.torn import losses
from autograder.grade.import_advice import code_in_notebook, fenced
from autograder.grade.language import Doubt, doubt, restored, said, three_of
from autograder.grade.misplaced import PUT_CODE, is_in_parts, is_most
from autograder.grade.names import shown
from autograder.grade.notebook_reading import read_cells
from autograder.grade.notebook_size import reduced
from autograder.stages import RELEASE, Stage, stages

# Maximum number of files read from a folder.
MAX_WALK = 5000
# Bytes of a submission that are kept while it is looked through.
MAX_HELD = 8 << 20
# The folder that every student has a copy of.
CHECKS = Path(checks.__file__).parent
USES_CHECKS = re.compile(rb"^[ \t]*(?:from|import)[ \t]+checks\b", re.MULTILINE)
# Suffixes of files that code does not use; pictures are shown beside the written answers.
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".svg", ".heic", ".heif", ".avif")
DOCUMENTS = (".pdf", ".docx", ".docm", ".doc", ".odt", ".pages", ".tex", ".rtf", ".html", ".htm", ".mhtml", ".mht", ".webarchive",
             ".md", ".rmd", ".qmd", ".rst", ".org")
# Texts, which may be documents or data. The one that nbgrader's exchange adds is neither.
TEXTS, EXCHANGE = ".txt", "timestamp.txt"
README = "README.md"
# How a browser calls a file whose download has not ended.
UNFINISHED = re.compile(r".+\.(?:(?:cr|op)?download|part(?:ial)?)", re.DOTALL)
NO_DATA = (*PICTURES, *DOCUMENTS, ".pptx", ".mp4", ".mov", ".avi", ".mkv", ".webm", ".mp3", ".wav", ".ipynb", ".zip", ".tar",
           ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".pyc", ".pyo", ".so", ".exe", ".dll")


@dataclass(frozen=True)
class Submission:
    """The bytes of one submission.

    Attributes
    ----------
    files : dict of str to bytes
        The files that go into the sandbox, by their paths with slashes: the stage's file, the student's own modules, packages and
        data beside it.
    notebook : bytes or None
        The notebook as handed in; without its outputs where those are large.
    problem : str
        Why there is nothing to run, or empty.
    notes : tuple of str
        What was wrong with the folder without being in the way.
    elsewhere : tuple of (str, tuple of str, bool)
        The other files that have functions of the stage, which, and whether the stage's file uses it.
    not_sent : tuple of str
        What was handed in, and may be meant for the code, but does not go into the sandbox.
    places : dict of str to str
        Where those files lie that are found elsewhere than at their paths, such as ``mine.py in lib.zip``.
    unread : dict of str to str
        Files that the code may use and that were refused, and why: a sentence without its subject.
    notebook_unread : bool
        Whether there is a notebook that was not read.
    remarks : tuple of str
        Those of the notes that the tables have too: which file was graded and how it was read, and why there is little in it.
    needs_person : str
        What only a person can decide before this can be graded, or empty.
    pictures : tuple of (str, bytes)
        Pictures beside the notebook, by name.
    beside : tuple of str
        Names of documents beside it, such as a scan of a derivation.
    """

    student: str
    stage: str
    files: dict[str, bytes]
    notebook: bytes | None = None
    problem: str = ""
    notes: tuple[str, ...] = field(default=())
    needs_person: str = ""
    pictures: tuple[tuple[str, bytes], ...] = field(default=())
    beside: tuple[str, ...] = field(default=())
    notebook_unread: bool = False
    remarks: tuple[str, ...] = field(default=())
    elsewhere: tuple[tuple[str, tuple[str, ...], bool], ...] = field(default=())
    not_sent: tuple[str, ...] = field(default=())
    places: dict[str, str] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)


def read_submission(folder: Path, student: str, stage: Stage) -> Submission:
    """Read ``submitted/<student>/<stage>/``, or a folder of any other name that holds one hand-in.

    What cannot be read is reported in `notes`, or in `problem` if it is the stage's own file.
    """
    if folder.is_symlink() or folder.parent.is_symlink():
        return Submission(student, stage.id, {}, problem=said("the folder is a link, and links are not followed"))
    if folder.exists() and not folder.is_dir():
        problem = said("{name} is a file; what is handed in lies in a folder of that name", name=stage.id)
        return Submission(student, stage.id, {}, problem=problem)
    with ExitStack() as stack:
        aside: list[str] = []
        hand_in = normalise(_on_disk(folder, aside), stage, stack, stays=True, aside=aside)
        collected, unread, question = _of_collecting(folder, student, stage)
        hand_in.needs_person = hand_in.needs_person or question
        return _read(hand_in, student, stage, [*told(collected, own_names([stage])), *unread], collected.renamed)


def _on_disk(folder: Path, aside: list[str]) -> dict[str, File]:
    """List everything in the folder without reading it; leftovers of systems and editors go to `aside`."""
    found: dict[str, File] = {}
    held = 0
    for number, (name, path) in enumerate(walk(folder, aside)):
        if number >= MAX_WALK:
            break
        most = MAX_MEMBER if is_archive(name) else limit(name)
        try:
            size = os.lstat(path).st_size
        except OSError:
            size = 0
        read = partial(read_bytes, path, most)
        held += size
        found[name] = File(size, cache(read) if held <= MAX_HELD else read)  # each is asked for several times
    return found


def _of_collecting(folder: Path, student: str, stage: Stage) -> tuple[HandIn, list[Doubt], str]:
    """Return what is known of the hand-in from `make collect`: renamed files, doubts about a newer hand-in, and a question.

    Renaming applies while the file is the one that was collected; the question, which is about an earlier hand-in, while
    nobody has changed the files that it is about.
    """
    if folder.name != stage.id or folder.parent.name != student:
        return HandIn(), [], ""
    state: dict[str, Any] = read_state(folder.parent.parent, stage.id, student)
    renamed, digests = state.get("renamed"), state.get("files")
    newer = restored(state.get("unread"))
    unread = [newer if isinstance(newer, Doubt) else doubt("{note}", note=newer)] if newer else []
    if not isinstance(renamed, dict) or not isinstance(digests, dict):
        return HandIn(), unread, ""
    as_collected = {
        target: source for target, source in renamed.items()
        if isinstance(source, str) and _digest(folder / target) == digests.get(target)
    }
    earlier: dict[str, Any] = state["earlier"] if isinstance(state.get("earlier"), dict) else {}
    file = str(earlier.get("file"))
    asks = file in digests and _digest(folder / file) == digests[file]
    archived = state["unpacked"] if isinstance(state.get("unpacked"), list) else []
    unpacked = {target for target in as_collected if target in archived}
    return HandIn(renamed=as_collected, unpacked=unpacked), unread, restored(earlier.get("question")) if asks else ""


def _digest(file: Path) -> str:
    """Return the digest of a file's content; empty if it cannot be read."""
    try:
        return hashlib.sha256(read_bytes(file, limit(file.name))).hexdigest()
    except Refused:
        return ""


def _read(hand_in: HandIn, student: str, stage: Stage, remarks: list[str], collected: Mapping[str, str]) -> Submission:
    """Read the files that count; `collected` has those that were renamed as they were collected."""
    wanted, files, problem, total = stage.info.file, {}, "", 0
    notes, unread = list[str](), dict[str, str]()
    remarks = [*remarks, *told(hand_in, own_names([stage])), *hand_in.notes]
    for path in _candidates(hand_in, stage):
        try:
            data = hand_in.files[path].read()
            if path == wanted and len(data) > MAX_FILE:
                raise TooBig(said("it is {size:.0f} MiB; at most {most:.0f} MiB are read", size=len(data) / 2**20,
                                  most=MAX_FILE / 2**20))
            total += len(data)
            if total > MAX_TOTAL:
                raise TooBig(said("the folder holds more than {size} MiB", size=MAX_TOTAL >> 20))
            files[path] = data
        except Refused as error:
            if path == wanted and isinstance(error, Damaged):
                closed = said("in the archive it {problem}: it needs to be handed in again", problem=error)
                hand_in.needs_person = as_it_came({}, stage, closed, {}).needs_person
            elif path == wanted and isinstance(error, TooBig):
                hand_in.needs_person = said("{file} was not read: {why}. Take out what makes it so large, and run make "
                                            "grade again", file=wanted, why=error)
            elif path == wanted:
                problem = _not_read(wanted, error)
            else:
                unread[path] = said("was not read: {why}", why=error)
                remarks.append(_not_read(shown(path), error))
    remarks += _unwrap(files, hand_in, stage)
    hand_in.needs_person = hand_in.needs_person or _cut_off(
        files.get(wanted, b""), wanted, hand_in.renamed.get(wanted, collected.get(wanted, "")))
    remarks += [about(name, reason) for name, reason in sorted(hand_in.problems.items())[:10]]
    notebook, said_of_it = _notebook(hand_in, f"{stage.id}.ipynb")
    notes += said_of_it
    remarks += [note for note in said_of_it if isinstance(note, Doubt)]
    beside = written_elsewhere({**hand_in.files, **hand_in.spare}, stage)
    little = [] if any(used for _path, _names, used in beside) else _little(files.get(wanted), notebook, stage, hand_in)
    remarks += little or _models_missing(files, stage, unread)
    elsewhere = [(path, names, used or hand_in.by_content) for path, names, used in beside]
    in_notebook = _in_notebook(files.get(wanted), notebook, stage) if not little else []
    elsewhere += [(f"{stage.id}.ipynb", tuple(in_notebook), False)] if in_notebook else []
    if not (little or hand_in.needs_person or AS_IT_IS.search(files.get(wanted, b""))):
        found = losses(files, hand_in.files, stage, [name for _path, names, _used in elsewhere for name in names],
                       [cell.text for cell in read_cells(notebook).cells if cell.kind == "code"] if notebook is not None else [])
        hand_in.needs_person = next((note for note in found if not isinstance(note, Doubt)), "")
        remarks += [note for note in found if isinstance(note, Doubt)]
    archives = {path: file.place.partition(" in ")[2] for path, file in hand_in.files.items()}
    places = {path: hand_in.renamed[path] for path in archives if path in hand_in.renamed and path.startswith(f"{OTHERS}/")}
    places |= {path: hand_in.files[path].place for path, archive in archives.items() if archive not in ("", archives.get(wanted))}
    if wanted not in files and not problem and not hand_in.needs_person:
        problem = said("{file} is missing", file=wanted)
        hand_in.needs_person = is_in_parts(stage, elsewhere, places)
        if not hand_in.files:
            problem = said("{file} is missing: the folder is empty or cannot be read", file=wanted)
    return Submission(
        student,
        stage.id,
        files,
        notebook,
        problem,
        (*remarks, *(note for note in notes if note not in remarks)),
        hand_in.needs_person,
        _pictures(hand_in),
        tuple(path for path in sorted(hand_in.files) if _is_document(path, hand_in.files[path], files, stage, notebook)
              or _answers_in(path, files, hand_in, stage, notebook))[:10],
        notebook is None and f"{stage.id}.ipynb" in hand_in.files,
        tuple(remarks),
        tuple(elsewhere),
        tuple(path for path in sorted(hand_in.files.keys() - files.keys() - own_names([stage]) - KITS_OWN)
              if not _is_kits(path, hand_in.files[path], files.get(wanted, b"")))[:MAX_FILES],
        places,
        unread,
    )


def _cut_off(code: bytes, wanted: str, source: str) -> str:
    """The question where the stage's file came as a download that a browser had not ended, and is no Python; or empty."""
    name = PurePosixPath(source.partition(" in ")[0]).name
    if UNFINISHED.fullmatch(name):
        try:
            ast.parse(code)
        except (SyntaxError, ValueError):
            return said("{file} came as {other}, a download that had not ended, and stops in the middle. Ask for the whole file, "
                        "put it here, and run make grade again", file=wanted, other=shown(name))
    return ""


def _models_missing(files: Mapping[str, bytes], stage: Stage, unread: Collection[str]) -> list[str]:
    """Note the trained models that are not there, or torn, beside code that is; that one was not read is said already."""
    wanted = stage.info.submission_files if stage.info.file in files else ()
    missing = [name for name in wanted if name not in files and name not in unread]
    torn = [name for name in wanted if _is_torn(files.get(name))]
    return [*([said("trained models not handed in: {files}", files=three_of(missing))] if missing else []),
            *([doubt("trained models that are empty, cut off or only bytes of 0, as after a download or a disk that failed: "
                     "{files}; ask for them", files=three_of(torn))] if torn else [])]


def _is_torn(data: bytes | None) -> bool:
    """Whether a file of weights, which is a zip, has lost its content or its end."""
    return data is not None and (
        not data.strip(b"\0") or (data.startswith(ZIP_STARTS) and not zipfile.is_zipfile(io.BytesIO(data))))


def _not_read(file: str, why: str | Refused) -> str:
    return doubt("{file} was not read: {why}", file=file, why=why)


def _is_document(path: str, file: File, files: Mapping[str, bytes], stage: Stage, notebook: bytes | None) -> bool:
    """Whether a file may hold written answers: a document, a text that the code does not name, or a notebook saved as a program.
    """
    name = PurePosixPath(path).name
    if path in KITS_OWN or name == EXCHANGE:
        return False
    if name.lower().endswith(TEXTS):
        return not any(name.encode() in data or file.content().split() == data.split()
                       for other, data in files.items() if other.endswith(".py"))
    return path.lower().endswith(DOCUMENTS) or (notebook is None and name == f"{stage.id}.py")


def _answers_in(path: str, files: Mapping[str, bytes], hand_in: HandIn, stage: Stage, notebook: bytes | None) -> bool:
    """Whether the notebook has no answer and a README or a comment may: the README is not as handed out, or a line of text in a
    Python file, which the handed-out one lacks, gives the number of a written task.
    """
    is_code = path in files and path.endswith(".py")
    if not (is_code or path == README) or (notebook is not None and notebook_state(notebook, stage) == "written"):
        return False
    ours = RELEASE / stage.id / (stage.info.file if is_code else README)
    given = ours.read_text(encoding="utf-8") if ours.exists() else ""
    text = text_of(files[path] if is_code else hand_in.files[path].content())
    if not is_code:
        old, new = ({line.strip() for line in one.splitlines()} - {""} for one in (given, text))
        return bool(new - old) and (old <= new or old.isdisjoint(new))
    tasks = "|".join(re.escape(task) for task in stage.info.tasks if task not in stage.functions)
    number = re.compile(rf"(?<![\w.])(?:{tasks})(?![\w.]*\d)")
    return bool(tasks) and bool(number.search(text)) and any(map(number.search, _words(text) - _words(given)))


def _words(source: str) -> set[str]:
    """The lines of comments and texts in a Python source, as far as it can be split."""
    found: set[str] = set()
    with suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type in (tokenize.COMMENT, tokenize.STRING):
                found.update(token.string.splitlines())
    return found


def _is_kits(path: str, file: File, code: bytes) -> bool:
    """Whether a file is one of the checks that every student has. Not if the code uses the checks and the file has more than the
    kit's.
    """
    own = CHECKS / path.removeprefix("checks/")
    if not path.startswith("checks/") or not own.is_file():
        return False
    return not USES_CHECKS.search(code) or (
        set(DEFINITION.findall(text_of(file.content()))) <= set(DEFINITION.findall(own.read_text(encoding="utf-8"))))


def _unwrap(files: dict[str, bytes], hand_in: HandIn, stage: Stage) -> list[str]:
    """Remove what an editor or notebook put around the code, and report it; if that is uncertain, ask a person."""
    remarks: list[str] = []
    own = {path: hand_in.files[path] for path in files if path == stage.info.file}
    for path in [path for path in files if path.endswith(".py")]:
        found = unwrap(files[path])
        files[path] = found.data
        remarks += [(doubt if words == CUT else said)("{file} {reason}", file=shown(path), reason=words)
                    for words in found.undone[:2]]
        unclear = found.doubt
        if found.document and found.undone and path in own and not _is_module(found.data, stage):
            unclear = said("is {kind}, and its code is not that of a {file} alone", kind=said(found.document),
                           file=stage.info.file)
        counts = bool(unclear) and (path in own or PurePosixPath(path).stem in imported_names(own))
        if counts and not hand_in.needs_person:
            hand_in.needs_person = said("{file} {reason}. Put its code here as a text file of that name, or ask for it, and run "
                                        "make grade again", file=shown(path), reason=unclear)
    return remarks


def _is_module(code: bytes, stage: Stage) -> bool:
    """Whether code is the stage's file, as opposed to code that uses it, as a notebook does."""
    imported = imported_names({stage.info.file: File(len(code), lambda: code)})
    return code_state(code, stage) != "other" and not {stage.module, "checks"} & imported


def _little(code: bytes | None, notebook: bytes | None, stage: Stage, hand_in: HandIn) -> list[str]:
    """Return the remark that nothing is written in the stage's file; if the notebook has most of the code, ask a person instead.
    """
    if code is not None and (is_quickly_written(code, stage) or code_state(code, stage) == "written"):
        return []
    if hand_in.needs_person:
        return []
    lack = lack_of_code(code, stage) if code is not None else "is missing"
    found = _in_notebook(code, notebook, stage)
    left = next((path for path, file in hand_in.files.items() if is_about(path, stage.info.file)
                 and is_quickly_written(file.content(), stage)), "") if lack else ""
    if left and not AS_IT_IS.search(code or b""):
        hand_in.needs_person = said(PUT_CODE, file=stage.info.file, what=said(
            "{file} {lack}, and {other} has its code: it is {what}", file=stage.info.file, lack=lack, other=shown(left),
            what=what_it_is(left)))
        return []
    if not found:
        other = next((one for one in stages() if code is not None and code_state(code, one) == "written"), None)
        if other is not None:
            return [said("{file} is the file of {other}, not of {stage}", file=stage.info.file, other=other.id, stage=stage.id)]
        return [said("{file} {reason}", file=stage.info.file, reason=lack)] if lack and code is not None else []
    sentence = said("{file} {lack}, but the notebook defines {names}", file=stage.info.file,
                    lack=lack or "has none of the functions", names=three_of(found))
    if is_most(found, stage) and not AS_IT_IS.search(code or b""):
        hand_in.needs_person = said(PUT_CODE, what=sentence, file=stage.info.file)
        return []
    return [said("{what}: only {file} is graded, so that code belongs into it; move it there and hand in again", what=sentence,
                 file=stage.info.file)]


def _in_notebook(code: bytes | None, notebook: bytes | None, stage: Stage) -> list[str]:
    """Return the functions that the notebook defines; empty if the stage's file has them all."""
    if notebook is None or (code is not None and has_all(code, stage)):
        return []
    texts = [[cell.text] if cell.kind == "code" else fenced(cell.text) for cell in read_cells(notebook).cells]
    return code_in_notebook(stage, [text for several in texts for text in several])


def _candidates(hand_in: HandIn, stage: Stage) -> list[str]:
    """Return the files that enter the sandbox: the stage's file, then other Python files, then weights and data."""

    def order(path: str) -> tuple[bool, bool, str]:
        return path != stage.info.file, not path.endswith(".py"), path

    files = {path for path in hand_in.files if is_for_worker(path, stage)}
    others = {path for path in hand_in.files.keys() - files if path.endswith(".py") and is_for_worker(path, stage, used=True)}
    sources = [hand_in.files[path] for path in files if path.endswith(".py")]
    if others and stage.info.file in files and _are_named(others, sources):
        files |= others & used_from(hand_in.files, stage.info.file)
    return sorted(files, key=order)[: MAX_FILES + 1]


def _are_named(paths: Iterable[str], sources: Iterable[File]) -> bool:
    """Whether any of these files is mentioned in a source; a quick check."""
    stems = {PurePosixPath(path).stem.encode() for path in paths}
    return any(stem in data for data in (source.content() for source in sources) for stem in stems)


def is_for_worker(path: str, stage: Stage, used: bool = False) -> bool:
    """Whether a student's code may use a file: an importable module, or data, but nothing that is the kit's.

    Files that the code demonstrably uses are included under any name, even `conftest.py`: there are no tests in the sandbox.
    """
    *folders, name = PurePosixPath(path).parts
    if path in (stage.info.file, *stage.info.submission_files):
        return True
    if folders and folders[0] in {"checks", OTHERS, *stage.info.handout_files.values()}:
        return False
    if not folders and name in KITS_OWN and not used:
        return False
    if not all(part.isprintable() and not part.startswith(".") and len(part) <= 100 for part in (*folders, name)):
        return False
    if name.endswith(".py"):
        return used or all(part.removesuffix(".py").isidentifier() for part in (*folders, name))
    return not name.lower().endswith(NO_DATA)


def no_notebook(name: str) -> str:
    """The note on a notebook that is missing."""
    return said("{file} was not handed in; the written tasks have no answer", file=name)


def _notebook(hand_in: HandIn, name: str) -> tuple[bytes | None, list[str]]:
    if name not in hand_in.files:
        return None, [] if hand_in.needs_person else [no_notebook(name)]
    try:
        data, notes = reduced(hand_in.files[name].read())
        return data, [said("{file}: {note}", file=name, note=note) for note in notes]
    except Refused as error:
        return None, [_not_read(name, error)]


def _pictures(hand_in: HandIn) -> tuple[tuple[str, bytes], ...]:
    """Return the pictures beside the notebook, which answers may show."""
    found: list[tuple[str, bytes]] = []
    total = 0
    for path, file in sorted(hand_in.files.items()):
        if path.lower().endswith(PICTURES) and file.size <= MAX_FILE and total + file.size <= MAX_TOTAL and len(found) < 40:
            try:
                found.append((path, file.read()))
            except Refused:
                continue
            total += file.size
    return tuple(found)
