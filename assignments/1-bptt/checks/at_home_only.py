"""Find in a student's source what works at home and not in the grader's sandbox: processes, the network, files elsewhere, input.

The rules of the check at home, of `submit()` and of the page that explains a failed test. Only what the code uses counts, not
what it imports; a use whose failure the code handles, or below ``if __name__ == "__main__":``, does not.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .words import N_, _
from .wrapping import parsed

PROCESSES = N_("the grader's sandbox starts no processes. Compute in the one that runs your code")
NETWORK = N_("the grader's sandbox has no network and no sockets. Do without it, and hand data in as files beside your code")
EVENTS = N_("an event loop needs sockets, and the grader's sandbox has none. Call your functions one after the other")
INPUT = N_("nobody answers in the grader. Take out what asks for input")
ELSEWHERE = N_("the grader has no files but those you hand in. Put the file beside your code, and open it by its name alone")
THREADS = N_("the grader ran this where there are no threads. Compute without them")
# Dotted beginnings of names, by what becomes of them. A part of a name counts as a whole; `*` at the end stands for any rest.
USES: dict[str, tuple[str, ...]] = {
    PROCESSES: ("multiprocessing", "torch.multiprocessing", "subprocess", "pty", "concurrent.futures.ProcessPoolExecutor",
                "concurrent.futures.process", "os.fork*", "os.system", "os.popen", "os.spawn*", "os.posix_spawn*", "os.exec*"),
    NETWORK: ("socket", "socketserver", "urllib.request", "http.client", "http.server", "ftplib", "smtplib", "xmlrpc",
              "torch.hub", "torch.distributed"),
    EVENTS: ("asyncio.run", "asyncio.Runner", "asyncio.new_event_loop", "asyncio.get_event_loop"),
    INPUT: ("input",),
}
IN_THREADS = {THREADS: ("threading.Thread", "threading.Timer", "concurrent.futures.ThreadPoolExecutor",
                        "_thread.start_new_thread")}
# Names below these that start nothing.
HARMLESS = re.compile(r".*([Ee]rror|Exception|Expired|Timeout|PIPE|DEVNULL|STDOUT|cpu_count|current_process|parent_process"
                      r"|active_children|freeze_support|start_methods?|get_logger|gethostname)")
# What the sandbox's refusals are caught by.
CATCHES = {"Exception", "BaseException", "OSError", "IOError", "EnvironmentError", "PermissionError"}
# A path that leads out of the folder: /home/ada/x.csv, ~/x.csv, C:\x.csv, ../x.csv. Devices are in the sandbox too.
PATH = re.compile(r"(?:/(?!(?:dev|proc)/)\w[^/\n]*/|~[\w]*/|[A-Za-z]:[\\/]|\.\.[\\/])[^\n]*\w[^\n]*")
# Exceptions that the sandbox's refusals end in.
REFUSALS = re.compile(r"(?:PermissionError|OSError|FileNotFoundError|NotADirectoryError|BlockingIOError|Connection\w*Error"
                      r"|URLError|gaierror|TimeoutError|EOFError|BrokenProcessPool|RuntimeError|AttributeError|ImportError"
                      r"|ModuleNotFoundError)\b")


@dataclass(frozen=True)
class Use:
    """One use: the file, its line, the name or path as it is written out, and one of the sentences above."""

    file: str
    line: int
    name: str
    why: str

    def __str__(self) -> str:
        return _("{file}, line {line}, uses {name}: {why}", file=self.file, line=self.line, name=self.name, why=_(self.why))


def uses(sources: Mapping[str, str], folder: Path | None = None, threads: bool = False) -> list[Use]:
    """Return the first use of each kind in each file.

    Parameters
    ----------
    sources : mapping of str to str
        Texts of the student's modules, by name. One that cannot be parsed has none.
    folder : Path, optional
        The student's folder: a path counts only if it leads out of it, to a folder that exists here.
    threads : bool
        Threads count too.
    """
    return first_of_each(all_uses(sources, folder, threads))


def all_uses(sources: Mapping[str, str], folder: Path | None = None, threads: bool = False) -> list[Use]:
    """Return every use, file by file, in the order of the lines; the parameters are those of `uses`."""
    found: list[Use] = []
    for file, text in sources.items():
        tree = parsed(text)
        found += sorted(_in(tree, file, folder, threads), key=lambda use: use.line) if tree is not None else ()
    return found


def first_of_each(found: Iterable[Use]) -> list[Use]:
    """Return the first use of each kind in each file."""
    first: dict[tuple[str, str], Use] = {}
    for use in found:
        first.setdefault((use.file, use.why), use)
    return list(first.values())


def explains(message: str) -> bool:
    """Whether an import that ended with this message may have been refused something by the sandbox."""
    return REFUSALS.match(message) is not None


def causes(found: Iterable[Use], message: str, trace: str) -> list[Use]:
    """Return the uses that a failed test was refused: those whose line the exception came through, and files it names."""
    return [use for use in found if explains(message)
            and (f"{use.file}, line {use.line}, in " in trace or (use.why == ELSEWHERE and use.name in message))]


def _in(tree: ast.Module, file: str, folder: Path | None, threads: bool) -> Iterator[Use]:
    names = _meanings(tree)
    table = USES | IN_THREADS if threads else USES
    for node in _that_counts(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if _leads_out(node.value, folder):
                yield Use(file, node.lineno, repr(node.value), ELSEWHERE)
        elif isinstance(node, ast.keyword):
            if node.arg == "num_workers" and isinstance(node.value, ast.Constant) and node.value.value:
                yield Use(file, node.value.lineno, f"num_workers={node.value.value!r}", PROCESSES)
        elif isinstance(node, ast.Name | ast.Attribute) and (name := _dotted(node, names)) and not HARMLESS.fullmatch(name):
            for why, beginnings in table.items():
                if any(_is_below(name, beginning) for beginning in beginnings):
                    yield Use(file, node.lineno, name, why)


def _is_below(name: str, beginning: str) -> bool:
    """Whether a name is this one or of this module; a module alone is not a use."""
    if beginning.endswith("*"):
        return name.startswith(beginning[:-1])
    is_module = beginning.islower() and not beginning.startswith(("os.", "asyncio.", "_thread.")) and beginning != "input"
    return name.startswith(beginning + ".") or (name == beginning and not is_module)


def _meanings(tree: ast.Module) -> dict[str, str]:
    """Return what each imported name stands for in full, and built-in functions that the file does not define itself."""
    found = {name: name for name in ("input",) if hasattr(builtins, name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.asname or alias.name.partition(".")[0]: alias.name if alias.asname else alias.name.partition(".")[0]
                      for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    own |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    own |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return {name: full for name, full in found.items() if name not in own}


def _dotted(node: ast.expr, names: Mapping[str, str]) -> str:
    """Return the full dotted name of `a.b.c`; empty if `a` is no imported name."""
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value, names)
        return f"{before}.{node.attr}" if before else ""
    return names.get(node.id, "") if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) else ""


def _that_counts(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes below this one; without texts that stand alone, what is below ``if __name__``, and what may fail."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        if isinstance(child, ast.If) and "__name__" in ast.unparse(child.test):
            inner: Iterable[ast.AST] = child.orelse
        elif isinstance(child, ast.Try) and any(_catches(handler) for handler in child.handlers):
            inner = [*child.handlers, *child.orelse, *child.finalbody]
        else:
            inner = [child]
        for part in inner:
            yield part
            yield from _that_counts(part)


def _catches(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or any(isinstance(node, ast.Name) and node.id in CATCHES for node in ast.walk(handler.type))


def _leads_out(text: str, folder: Path | None) -> bool:
    if len(text) > 300 or "\0" in text or not PATH.fullmatch(text):
        return False
    if folder is None:
        return True
    try:
        place = Path(folder, text).expanduser().resolve()
        return place.parent.is_dir() and not place.is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        return False
