"""Detect and remove what an editor, browser or notebook puts around Python code. At home it is reported; in the grader, removed.

A right answer loses no points for its wrapping. Wrapping is removed only if that is certain: the rest must be valid Python, and
nothing that looks like code may be lost. Otherwise `Unwrapped.doubt` says what is unclear, and a person decides.
"""

from __future__ import annotations

import ast
import codecs
import io
import re
import textwrap
import tokenize
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from .documents import notebook_text, page_text, rtf_text
from .words import N_, _, retold

# Python's warnings on this source are not shown. A permanent filter, because warnings.catch_warnings is not thread-safe and
# submissions are read in threads.
HANDED_IN = "<handed in>"
warnings.filterwarnings("ignore", module=HANDED_IN)
# Longer files are not written by hand and not parsed, since that may take long.
MAX_SOURCE = 2 << 20
# First bytes of files that are not text, and what they are.
OTHER_KINDS = (
    (b"%PDF", N_("a PDF")),
    (b"PK\x03\x04", N_("a Word document or an archive")),
    (b"\xd0\xcf\x11\xe0", N_("a Word document")),
    (b"{\\rtf", N_("an RTF document")),
)
DEFINES = re.compile(
    r"^(?:>>> |>+ ?|In \[\d+\]: | *\d+[:|.]?[ \t])?[^\S\n]*(?:async\s+)?(?:def|class)\s+\w+\s*[(:\[]", re.MULTILINE
)
MAGIC = re.compile(
    r"^[ \t]*(?:%{1,2}[A-Za-z_]\w*|![A-Za-z./]\S*|(?:pip3?|conda) install\b|\w+[ \t]*=[ \t]*[!%][A-Za-z]\S*)(?:[ \t].*)?$"
    r"|^[ \t]*[A-Za-z_][\w.]*\?{1,2}[ \t]*$",
    re.MULTILINE,
)
# Magics before a statement, which is kept; and cell magics whose cell is in another language.
TIMED = re.compile(r"%(?:time|timeit|prun|memit)\b(?:[ \t]+-\S+(?:[ \t]+\d+)?)*[ \t]+(?P<rest>[^-\s].*)")
FOREIGN = re.compile(r"^%%(?:bash|sh|html|javascript|js|latex|svg|markdown|perl|ruby|script|cmd|system|sx)\b")
CELL = re.compile(r"^#[ \t]*(?:%%|In[ \t]?\[)")
FENCE = re.compile(r"^[ \t]*(?:```|~~~)[ \t]*(?:[\w+-]*|\{[^{}]*\})[ \t]*$")
PROMPT = re.compile(r"^(?:>>>|\.\.\.|In \[\d+\]:| *\.\.\.:)(?: |$)", re.MULTILINE)
# At the start of every line: a mail's quotation mark, or the line number.
MARGINS = (re.compile(r">+ ?|$"), re.compile(r" *\d+[:|.]?(?:[ \t]|$)|\s*$"))
UNSEEN = str.maketrans(dict.fromkeys(map(chr, (0xad, *range(0x200b, 0x2010), *range(0x202a, 0x202f), 0x2060,
                                               *range(0x2066, 0x206a), 0xfeff))))
BLANKS = str.maketrans({**dict.fromkeys(map(chr, (0xa0, *range(0x2000, 0x200b), 0x202f)), " "), "\u3000": "  ", "\u2028": "\n",
                        "\u2029": "\n"})
QUOTES = str.maketrans({"\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2018": "'", "\u2019": "'"})
# A UTF-8 file without any of these has no wrapping, and is not parsed here. Anywhere, at the start of a line, at the start of the
# file: as three patterns they take a quarter of the time.
SUSPECT = (
    re.compile(rb"\0|\x1a|get_ipython|google|IPython|display|=[ \t]*[!%]|coding[:=]|\xc2\xa0|\xc2\xad"
               rb"|\xe2\x80[\x80-\x8f\x98-\x9e\xa8-\xaf]|\xe2\x81[\xa0\xa6-\xa9]|\xe3\x80\x80|\xef\xbb\xbf"),
    re.compile(rb"^[ \t]*(?:[%!]|```|~~~|>>>|pip3? |conda |[\w.]+\?{1,2}[ \t\r]*$)", re.MULTILINE),
    re.compile(rb"\A\s*^(?:[ \t]+\S|>|\d+[:|. \t]|In \[)", re.MULTILINE),
)
COOKIE = re.compile(rb"\A((?:[^\n]*\n)?[ \t\f]*#[^\n]*?)(coding)([:=][ \t]*[-\w.]+)")
UTF8 = re.compile(rb"utf[-_]?8", re.IGNORECASE)
CUT = N_("ends in the middle of a character, as a file that was cut off on its way")
ANOTHER, ANOTHER_NAME = "another encoding than UTF-8", "UTF-8 under the name of another encoding"
LONE_BYTE = re.compile("[\udc80-\udcff]")
# Replaces what exists only in a notebook: an object on which every operation does nothing.
NOT_HERE = ("type('NotebookOnly', (), {'__getattr__': lambda self, name: self, '__call__': lambda self, *args, **kwargs: self, "
            "'__iter__': lambda self: iter(())})()")


@dataclass(frozen=True)
class Unwrapped:
    """A Python file without its wrapping.

    Attributes
    ----------
    data : bytes
        What Python should read; unchanged if nothing was removed.
    undone : tuple of str
        What was removed: sentences without their subject, the file.
    remedy : str
        How to hand in the file without it.
    doubt : str
        What the file is, if its code cannot be extracted with certainty: a sentence without its subject.
    document : str
        What the file is, if it is not source code at all.
    """

    data: bytes
    undone: tuple[str, ...] = ()
    remedy: str = ""
    doubt: str = ""
    document: str = ""


def parsed(text: str) -> ast.Module | None:
    """Return the syntax tree of a source; None if it cannot be parsed."""
    if len(text) > MAX_SOURCE:
        return None
    for _round in range(20):
        try:
            return ast.parse(text, HANDED_IN)
        except SystemError:  # another thread parses too: gh-106905
            continue
        except (SyntaxError, ValueError, RecursionError, MemoryError, Warning):
            return None
    return None


@lru_cache(maxsize=16)
def unwrap(data: bytes) -> Unwrapped:
    """Remove the wrapping of a Python file, as far as that is certain."""
    if data and not data.strip(b"\0\xff"):
        return Unwrapped(data, doubt=ZEROS if b"\0" in data else ERASED, remedy=HAND_IN_AGAIN)
    text, encoding = decoded(data)
    if kind := _kind(data, text):
        return _from_document(data, text, kind)
    if encoding.startswith(ANOTHER) and _is_no_text(data, text):
        return Unwrapped(data, doubt=NO_CHARACTERS, remedy=HAND_IN_AGAIN)
    if not encoding and not any(pattern.search(data) for pattern in SUSPECT):
        return Unwrapped(data)
    undone = [CUT if encoding == CUT else SAVED_AS.format(encoding=encoding)] if encoding else []
    remedy = HAND_IN_AGAIN if encoding == CUT else SAVE_AS_UTF8 if encoding else ""
    cut = text.lstrip("\0")
    cut = cut.rstrip("\0\x1a \t\r\n") + "\n" if cut.rstrip().endswith(("\0", "\x1a")) else cut
    if cut != text:
        undone.append(NO_TEXT)
        remedy = remedy or SAVE_AGAIN
    if "\0" in cut:
        line = cut.count("\n", 0, cut.index("\0")) + 1
        return Unwrapped(data, doubt=DAMAGED.format(line=line), remedy=HAND_IN_AGAIN)
    plain, more = _plainer(cut)
    if not undone and not more:
        return Unwrapped(data)
    remedy = remedy or (more[0][1] if more else "")
    return Unwrapped(_encoded(plain), (*undone, *(words for words, _ in more)), remedy)


def _is_no_text(data: bytes, text: str) -> bool:
    """Whether a file that is not UTF-8 is no source in any encoding that extends ASCII: no definition, mostly other bytes."""
    return 2 * sum(byte > 127 for byte in data[:MAX_SOURCE]) > len(data[:MAX_SOURCE]) and not DEFINES.search(text)


def _kind(data: bytes, text: str) -> str:
    """Return what kind of document a file is; empty for text that may be source."""
    start = text.lstrip("\ufeff \t\r\n")[:20].lower()
    if start.startswith("{") and '"cells"' in text and '"nbformat"' in text:
        return N_("a notebook")
    if re.match("<[!?a-z]", start):
        return N_("a web page")
    return next((kind for mark, kind in OTHER_KINDS if data.startswith(mark) or start.startswith(mark.decode("latin-1"))), "")


SAVE_AS_UTF8 = N_("Save it as UTF-8 (in VS Code by a click on the encoding in the bottom line, in Notepad by Save as), and hand "
                "it in again")
COPY_IT = N_("Copy your code into a text file, the one you were given, and hand that in")
TAKE_OUT = N_("Take it out, and hand the file in again")
SAVE_AGAIN, HAND_IN_AGAIN = N_("Save it again in an editor"), N_("Save it again in an editor, and hand it in again")
SAVED_AS = N_("was saved as {encoding}, and was read as that")
NO_TEXT = N_("begins or ends with bytes that are no text, which were left out")
DAMAGED = N_("is damaged: line {line} has a byte that is no text (0)")
ZEROS = N_("has only bytes of 0 in it, as after a crash or a full disk while it was saved")
ERASED = N_("has only bytes of 255 in it, as after a disk or a stick that failed")
NO_CHARACTERS = N_("is no text: most of its bytes stand for no character that Python reads")
TAKEN, NO_SOURCE = N_("is {kind}; the code in it was taken"), N_("is {kind}, not a text file with Python in it")


def advice(name: str, data: bytes) -> str:
    """Tell the author what stands around the code of a file and how to remove it; empty if nothing does."""
    found = unwrap(data)
    undone = [N_("was saved as {encoding}").format(encoding=words[len("was saved as "):].removesuffix(", and was read as that"))
              if words.endswith(", and was read as that") else words for words in found.undone[:2]]
    what = _("; it ").join(retold(words, *SAYINGS) for words in ([found.doubt] if found.doubt else undone))
    return f"{name} {what}. {retold(found.remedy, found.remedy)}." if what else ""


def decoded(data: bytes) -> tuple[str, str]:
    """Decode a file; return the text, and its encoding if Python would not have read it so, else an empty string."""
    for mark, name in ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
                       (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return data[: len(data) // len(mark) * len(mark)].decode(name, "replace"), name.upper()
    if data.startswith(codecs.BOM_UTF8):
        data = data[3:]
        if (cookie := COOKIE.match(data)) and not UTF8.search(cookie[3]) and (text := _as_utf8(data)):
            return text, ANOTHER_NAME  # Python takes neither for the other
    zeros = data[:400].rstrip(b"\0").count(b"\0")
    if zeros * 4 > len(data[:400]):
        wide = 4 if zeros * 5 > len(data[:400]) * 3 else 2
        order = "be" if data[:1] == b"\0" else "le"
        return data[: len(data) // wide * wide].decode(f"utf-{8 * wide}-{order}", "replace"), f"UTF-{8 * wide}"
    try:
        named = tokenize.detect_encoding(io.BytesIO(data[:2000]).readline)[0] if COOKIE.match(data) else "utf-8"
        text = data.decode(named)
        if text[:1].encode() == data[:1] or not COOKIE.match(data):  # UTF-16 does not begin like the line that names it
            return text, ""
    except (SyntaxError, LookupError, UnicodeError):
        pass
    try:
        return data.decode("utf-8"), ANOTHER_NAME
    except UnicodeDecodeError as error:
        if _is_cut(data, error):
            return data[:error.start].decode("utf-8"), CUT
        line = data[:error.start].count(b"\n") + 1
    # Bytes that are not UTF-8 are decoded one by one: the rest of the file may be UTF-8.
    text = data.decode("utf-8", "surrogateescape")
    text = LONE_BYTE.sub(lambda match: bytes([ord(match[0]) - 0xDC00]).decode("cp1252", "replace"), text)
    return text, f"{ANOTHER} (line {line} has a character of Windows-1252)"


def _is_cut(data: bytes, error: UnicodeDecodeError) -> bool:
    """Whether a UTF-8 file ends within a character. One whose only other character is its last may be of another encoding."""
    return error.end == len(data) and error.reason == "unexpected end of data" and (
        not data[:error.start].isascii() or len(data) - error.start > 1 or data[error.start] < 0xe0)


def _as_utf8(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return ""


def _encoded(text: str) -> bytes:
    """Encode as UTF-8, and disable a coding cookie that says otherwise."""
    data = text.encode("utf-8", "replace")
    return COOKIE.sub(rb"\1encoded\3", data, count=1) if COOKIE.match(data) else data


def _is_whole(text: str, original: str) -> bool:
    """Whether `text` is nonempty valid Python with at least as many definitions as `original`."""
    tree = parsed(text)
    return tree is not None and bool(tree.body) and len(DEFINES.findall(original)) <= len(DEFINES.findall(text))


# -- text with something around it -------------------------------------------------------------------------------------------


def _plainer(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Remove what is not Python; return the text and each removal with its remedy. The text is unchanged if that does not help.
    """
    tree, plain, found = parsed(text), text, list[tuple[str, str]]()
    for repair, words, remedy in REPAIRS if tree is None else ():
        candidate, line = repair(plain)
        if candidate == plain:
            continue
        plain = candidate
        found.append((words.format(line=line, text=_shown(text, line)), remedy))
        if _is_whole(plain, text):
            tree = parsed(plain)
            break
    if tree is None:
        return text, []
    quiet, line = _without_notebook_calls(plain, tree)
    if quiet != plain and parsed(quiet) is not None:
        found.append((BELONGS.format(line=line, text=_shown(plain, line)), TAKE_OUT))
        plain = quiet
    return plain, found


BELONGS = N_("was read without what belongs into a notebook, such as line {line}, {text}")


def _shown(text: str, line: int) -> str:
    lines = text.splitlines()
    return " ".join(lines[line - 1].split())[:60] if 0 < line <= len(lines) else ""


def _changed(before: str, after: str) -> tuple[str, int]:
    """Return a text and the first line in which it differs from the one before."""
    pairs = enumerate(zip(before.splitlines(), after.splitlines(), strict=False), start=1)
    return after, next((number for number, (old, new) in pairs if old != new), 1)


def _dedented(text: str) -> tuple[str, int]:
    return _changed(text, textwrap.dedent(text)) if re.match(r"\s*^[ \t]+\S", text, re.MULTILINE) else (text, 1)


def _without_fences(text: str) -> tuple[str, int]:
    """Comment out Markdown fences; also the text outside them, unless all of it is code."""
    lines = text.splitlines(keepends=True)
    fences = [bool(FENCE.match(line)) for line in lines]
    if not any(fences):
        return text, 1
    first = fences.index(True) + 1
    bare = [f"# {line}" if is_fence else line for line, is_fence in zip(lines, fences)]
    if parsed("".join(bare)) is not None:
        return "".join(bare), first
    inside, kept = False, []
    for line, is_fence in zip(lines, fences):
        inside ^= is_fence
        kept.append(line if inside and not is_fence else f"# {line}")
    return "".join(kept), first


def _without_margin(text: str) -> tuple[str, int]:
    lines = text.splitlines(keepends=True)
    for margin in MARGINS:
        if len(lines) > 1 and all(margin.match(line) for line in lines):
            return _changed(text, "".join(line[margin.match(line).end():] or "\n" for line in lines))  # type: ignore[union-attr]
    return text, 1


def _without_magics(text: str) -> tuple[str, int]:
    """Replace notebook magics by statements that do nothing; a statement after a magic is kept."""
    lines, foreign, goes_on = [], False, False
    rest_has_cells = any(CELL.match(line) for line in text.splitlines())
    for line in text.splitlines(keepends=True):
        indent = line[: len(line) - len(line.lstrip(" \t"))]
        body = line.strip()
        if CELL.match(line):
            foreign = goes_on = False
        if (foreign or goes_on) and body:
            goes_on = goes_on and body.endswith("\\")
            lines.append(f"{indent}# {line.lstrip()}")
        elif MAGIC.match(line.rstrip("\r\n")):
            foreign = bool(FOREIGN.match(body)) and rest_has_cells
            goes_on = body.endswith("\\")
            timed = TIMED.fullmatch(body)
            name = re.match(r"(\w+)[ \t]*=[ \t]*[!%]", body)
            instead = timed["rest"] if timed else f"{name[1]} = []  # {body}" if name else f"pass  # {body}"
            lines.append(f"{indent}{instead}{line[len(line.rstrip()):]}")
        else:
            lines.append(line)
    return _changed(text, "".join(lines))


REPAIRS: tuple[tuple[Callable[[str], tuple[str, int]], str, str], ...] = (
    (lambda text: _changed(text, text.translate(UNSEEN)),
     N_("has characters of a web page or a word processor that cannot be seen (line {line}), which were left out"),
     N_("Take them out, or type the line again, and hand it in again")),
    (lambda text: _changed(text, text.translate(BLANKS)),
     N_("has blanks of a web page or a word processor that are no spaces (line {line}), and was read with spaces"),
     N_("Replace them by spaces, and hand it in again")),
    (_without_fences, N_("has marks of Markdown around its code (line {line}, {text}), which were left out"), TAKE_OUT),
    (_without_margin, N_("has a mark or a number in front of every line ({text}), which were left out"), TAKE_OUT),
    (_dedented, N_("is indented as a whole, and was read without that"), N_("Move it to the left, and hand it in again")),
    (lambda text: _changed(text, PROMPT.sub("", text)),
     N_("has prompts of Python in front of its lines (line {line}, {text}), which were left out"),
     N_("Take them out, and hand the file in again")),
    (_without_magics, BELONGS, TAKE_OUT),
    (lambda text: _changed(text, text.translate(QUOTES)),
     N_("has quotes of a word processor (line {line}), and was read with plain ones"),
     N_("Replace them by plain quotes, and hand it in again")),
)
# All texts produced here, for translation; the grader stores them in English.
SAYINGS = (CUT, SAVED_AS, NO_TEXT, DAMAGED, ZEROS, ERASED, NO_CHARACTERS, TAKEN, NO_SOURCE, "was saved as {encoding}",
           *(repair[1] for repair in REPAIRS))


# -- what is there in a notebook alone ---------------------------------------------------------------------------------------


def _without_notebook_calls(text: str, tree: ast.Module) -> tuple[str, int]:
    """Replace imports of Colab's and IPython's modules, and calls of their functions, by objects that do nothing."""
    edits = sorted(_notebook_only(tree), reverse=True)
    lines = text.encode("utf-8", "surrogatepass").splitlines(keepends=True)
    starts = [0]
    for one in lines:
        starts.append(starts[-1] + len(one))
    data = b"".join(lines)
    for line, column, end_line, end_column, instead in edits:
        instead += "\n" * (end_line - line)
        data = data[: starts[line - 1] + column] + instead.encode() + data[starts[end_line - 1] + end_column:]
    return data.decode("utf-8", "surrogatepass"), min((edit[0] for edit in edits), default=1)


def _notebook_only(tree: ast.Module) -> Iterator[tuple[int, int, int, int, str]]:
    """Yield start, end and replacement of each piece that only a notebook can run; the bodies of `try` are left alone."""
    bound = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    bound |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    bound |= {(alias.asname or alias.name).partition(".")[0] for node in ast.walk(tree)
              if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names}
    waiting, notebooks_own = list[ast.AST]([tree]), {"get_ipython", "display"}
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Try):
            continue
        waiting.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import | ast.ImportFrom) and (names := _notebook_imports(node)):
            yield *_span(node), f"{' = '.join(names)} = {NOT_HERE}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in notebooks_own - bound:
            yield *_span(node.func), f"({NOT_HERE})"


def _span(node: ast.stmt | ast.expr) -> tuple[int, int, int, int]:
    return node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or 0


def _notebook_imports(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Return the names bound by an import of a notebook-only module; empty for any other import."""
    if isinstance(node, ast.ImportFrom):
        if node.level or not _is_notebook_module(node.module or ""):
            return []
        return [alias.asname or alias.name for alias in node.names] if node.names[0].name != "*" else [
            "display", "clear_output", "HTML", "Image", "Markdown", "Math"]
    if not all(_is_notebook_module(alias.name) for alias in node.names):
        return []
    return [alias.asname or alias.name.partition(".")[0] for alias in node.names]


def _is_notebook_module(name: str) -> bool:
    return name.partition(".")[0] in ("IPython", "ipywidgets") or name == "google.colab" or name.startswith("google.colab.")


# -- documents ---------------------------------------------------------------------------------------------------------------


def _from_document(data: bytes, text: str, kind: str) -> Unwrapped:
    """Extract the code of an RTF document, web page or notebook, if everything in it is Python."""
    read = {"an RTF document": rtf_text, "a web page": page_text, "a notebook": notebook_text}.get(kind)
    inside = read(text) if read is not None and len(data) <= MAX_SOURCE else ""
    if DEFINES.search(inside):
        plain, _ = _plainer(inside.translate(UNSEEN | BLANKS))
        if _is_whole(plain, inside):
            return Unwrapped(plain.encode("utf-8", "replace"), (TAKEN.format(kind=kind),), COPY_IT, document=kind)
    return Unwrapped(data, (), COPY_IT, NO_SOURCE.format(kind=kind), kind)
