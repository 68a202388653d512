"""What was handed in in the place of a file, and only says where the file is: nothing of it can be graded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from autograder.grade.handin.archives import File
from autograder.grade.handin.leftovers import only_leftovers
from autograder.grade.handin.nested import is_archive
from autograder.grade.language import said
from autograder.grade.names import shown

# What Git leaves in the place of a file that it keeps elsewhere, and how iCloud calls what it leaves.
LFS, MAX_POINTER = b"version https://git-lfs.github.com/spec/", 1024
CLOUD = re.compile(r"\.(?P<file>.+)\.icloud", re.DOTALL)
# What only says where a file lies: by its name, as Drive, Windows and macOS call it, or because it holds an address alone.
LINK = re.compile(r"\.(?:gdoc|gsheet|gslides|gdraw|glink|url|webloc|website|lnk|desktop)$", re.IGNORECASE)
ADDRESS = re.compile(rb"\s*<?https?://\S+>?\s*")
NOTEBOOKS = re.compile(rb"colab|ipynb|drive\.google|kaggle|deepnote", re.IGNORECASE)


def not_here(files: dict[str, File], chosen: dict[str, str], aside: Iterable[str], notes: list[str]) -> str:
    """The question where only a pointer to a file was handed in: of Git LFS, of iCloud, or a link, or what is left beside it;
    empty if there is none.

    Parameters
    ----------
    files : dict of str to File
        What was handed in, by path.
    chosen : dict of str to str
        The files that are wanted, and the path that was taken for each; empty where there is none.
    aside : iterable of str
        Leftovers of systems and editors beside them, by path.
    notes : list of str
        Gets what is to be said of those where they are no question.
    """
    for path, file in sorted(files.items()):
        if file.size < MAX_POINTER and path.endswith((".py", *chosen)) and file.content().startswith(LFS):
            return said("{file} is a pointer of Git LFS, and the file itself is not here. Fetch it with `git lfs pull` in the "
                        "repository and put it here, or delete the pointer, and run make grade again", file=shown(path))
    for wanted in [name for name, path in chosen.items() if not path or _is_link(name, files.get(name))]:
        for path in sorted(files):
            cloud = CLOUD.fullmatch(PurePosixPath(path).name)
            if cloud and (cloud["file"] == wanted or is_archive(cloud["file"])):
                return said("{file} is missing: the hand-in has only what iCloud leaves in its place ({other}). Ask for the "
                            "file, put it here, and run make grade again", file=wanted, other=shown(path))
            may_be = path == wanted or wanted.endswith(".py")
            if _is_link(path, files[path]) and (may_be or NOTEBOOKS.search(path.encode() + files[path].content())):
                return said("{file} is missing: the hand-in has only a link ({other}). Ask for the file, put it here, delete the "
                            "link, and run make grade again", file=wanted, other=shown(path))
    missing = [wanted for wanted, path in chosen.items() if not path]
    reads = {path: file.read for path, file in files.items()}
    told = [only_leftovers(wanted, reads, aside) for wanted in missing]
    notes += [note for wanted, (_, note) in zip(missing, told, strict=True) if note and wanted.endswith(".py")]
    return next((question for question, _ in told if question), "")


def _is_link(path: str, file: File | None) -> bool:
    """True for a file that only says where another one lies."""
    return file is not None and 0 < file.size < MAX_POINTER and (
        LINK.search(path) is not None or ADDRESS.fullmatch(file.content()) is not None)
