"""Find in a student's source what works at home and not in the grader's sandbox: processes, the network, files elsewhere, input.

The rules of the check at home, of `submit()` and of the page that explains a failed test. Only what the code uses counts, not
what it imports; a use whose failure the code handles, or below ``if __name__ == "__main__":``, does not. Names are followed
through assignments, defaults, other modules of the student and objects that were made; not through containers and attributes.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .loaded import loaded
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
HARMLESS = re.compile(r".*([Ee]rror|Exception|Expired|[Tt]imeout|inet_\w+|PIPE|DEVNULL|STDOUT|cpu_count|current_process"
                      r"|parent_process|active_children|freeze_support|start_methods?|get_logger|gethostname)")
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
    trees = {file: tree for file, text in sources.items() if (tree := parsed(text)) is not None}
    known: dict[str, str] = {}
    found: list[Use] = []
    with contextlib.suppress(RecursionError):  # a file so deep that Python can hardly run it
        for _again in range(2 if len(trees) > 1 else 0):  # what a module has may come from another one
            known = {f"{file.removesuffix('.py')}.{name}": full for file, tree in trees.items()
                     for name, full in _Scope(tree, known).names.items() if full}
    for file, tree in trees.items():
        with contextlib.suppress(RecursionError):
            found += sorted(_in(tree, file, folder, threads, _Scope(tree, known)), key=lambda use: use.line)
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
    """Return the uses that a failed test was refused: those at whose line the exception left the student's code for a library,
    and files that it names. What the student's own function raised further down has another cause.
    """
    deepest = trace.rstrip().rpartition("\n")[2]
    return [use for use in found if explains(message) and _is_there(use.name)
            and (f"{use.file}, line {use.line}, in " in deepest or (use.why == ELSEWHERE and use.name in message))]


def _is_there(name: str) -> bool:
    """Whether a name is no slip of the pen: False where its module is loaded and has no such attribute."""
    module, _dot, attribute = name.rpartition(".")
    return (there := loaded(module)) is None or hasattr(there, attribute)


def _in(tree: ast.Module, file: str, folder: Path | None, threads: bool, names: _Scope) -> Iterator[Use]:
    table = USES | IN_THREADS if threads else USES
    for node, scope in _that_counts(tree, names):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if _leads_out(node.value, folder):
                yield Use(file, node.lineno, repr(node.value), ELSEWHERE)
        elif isinstance(node, ast.keyword):
            if node.arg == "num_workers" and isinstance(node.value, ast.Constant) and node.value.value:
                yield Use(file, node.value.lineno, f"num_workers={node.value.value!r}", PROCESSES)
        elif isinstance(node, ast.Name | ast.Attribute) or (isinstance(node, ast.Call) and scope.meaning(node.func) == "getattr"):
            name = scope.meaning(node).partition(MADE)[0]
            for why in _kinds(name, table):
                yield Use(file, node.lineno, name, why)


def _kinds(name: str, table: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return what becomes of a use of this name, written out in full; nothing if it is none."""
    return [why for why, beginnings in table.items() if name and not HARMLESS.fullmatch(name)
            and any(_is_below(name, beginning) for beginning in beginnings)]


def _is_below(name: str, beginning: str) -> bool:
    """Whether a name is this one or of this module; a module alone is not a use."""
    if beginning.endswith("*"):
        return name.startswith(beginning[:-1])
    is_module = beginning.islower() and not beginning.startswith(("os.", "asyncio.", "_thread.")) and beginning != "input"
    return name.startswith(beginning + ".") or (name == beginning and not is_module)


# Parts of a program with names of their own.
SCOPES = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
# What a call made, in the full name of that: only its methods may be what is refused.
MADE = "()"
# How many names in a row are followed at most where each is bound below the one before.
ROUNDS = 5
BUILT_IN = ("input", "__import__", "getattr", "staticmethod")


class _Scope:
    """What names stand for in a module, function or class, written out in full.

    A name that is bound to two things there, or to anything that is not followed, stands for nothing.

    Parameters
    ----------
    node : ast.AST
        The module, function or class.
    known : mapping of str to str
        What names of the student's other modules stand for.
    outer : _Scope, optional
        The scope around it.
    """

    def __init__(self, node: ast.AST, known: Mapping[str, str], outer: _Scope | None = None) -> None:
        self.node, self.known, self.outer = node, known, outer
        self.star = ""
        self._found: dict[ast.expr, str] = {}
        self.names: dict[str, str] = {}
        self.names = {name: "" for name, _full in self._bound()}
        for _again in range(ROUNDS):  # a name may be bound to one that is bound further down
            self._found = {}
            bound: dict[str, str] = {}
            for name, full in self._bound():
                bound[name] = full if bound.get(name, full) == full else ""
            if bound == self.names:
                break
            self.names = bound
        self._found = {}

    def below(self, node: ast.AST) -> _Scope:
        """Return the scope of a node inside this one."""
        return _Scope(node, self.known, self) if isinstance(node, SCOPES) else self

    def _bound(self) -> Iterator[tuple[str, str]]:
        if isinstance(self.node, FUNCTIONS):
            of = self.node.args
            places = [*of.posonlyargs, *of.args]
            defaults = dict(zip(reversed(places), reversed(of.defaults))) | dict(zip(of.kwonlyargs, of.kw_defaults))
            for argument in (*places, *of.kwonlyargs, *filter(None, (of.vararg, of.kwarg))):
                default = defaults.get(argument)
                yield argument.arg, self.outer.meaning(default) if default is not None and self.outer else ""
        followed: set[ast.AST] = set()
        for node in _own(self.node):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    first = alias.name.partition(".")[0]
                    yield alias.asname or first, alias.name if alias.asname else first
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    if alias.name == "*":
                        self.star = node.module if self.star in ("", node.module) else "several"
                    yield alias.asname or alias.name, self._known(f"{node.module}.{alias.name}")
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield node.name, ""
            elif isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    if isinstance(target, ast.Name):
                        followed.add(target)
                        yield target.id, self.meaning(node.value)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node not in followed:
                yield node.id, ""

    def _known(self, full: str) -> str:
        """Return a name written out, where it is one of the student's modules."""
        module, _dot, rest = full.partition(".")
        name, dot, more = rest.partition(".")
        found = self.known.get(f"{module}.{name}")
        return f"{found}{dot}{more}" if found else full

    def _of_name(self, name: str) -> str:
        if name in self.names:
            return self.names[name]
        if self.outer is not None:
            return self.outer._of_name(name)
        if hasattr(builtins, name):
            return name if name in BUILT_IN else ""
        return f"{self.star}.{name}" if self.star else ""

    def meaning(self, node: ast.expr) -> str:
        """Return the full dotted name of what an expression stands for; empty if it is not followed."""
        if node not in self._found:
            self._found[node] = self._meaning(node)
        return self._found[node]

    def _meaning(self, node: ast.expr) -> str:
        if isinstance(node, ast.Name):
            return self._of_name(node.id) if isinstance(node.ctx, ast.Load) else ""
        if isinstance(node, ast.Attribute):
            before = self.meaning(node.value)
            return self._known(f"{before}.{node.attr}").removeprefix("builtins.") if before else ""
        if not isinstance(node, ast.Call):
            return ""
        function = self.meaning(node.func)
        match function, node.args:
            case "__import__" | "importlib.import_module", [ast.Constant(value=str() as module), *_rest]:
                return module
            case "getattr", [of, ast.Constant(value=str() as name), *_rest]:
                before = self.meaning(of)
                return f"{before}.{name}" if before else ""
            case "functools.partial" | "staticmethod", [first, *_rest]:
                return self.meaning(first)
        return function + MADE if MADE not in function and _kinds(function, USES | IN_THREADS) else ""


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes below one, without those of functions and classes inside."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, SCOPES):
            yield from _own(child)


def _that_counts(node: ast.AST, scope: _Scope) -> Iterator[tuple[ast.AST, _Scope]]:
    """Yield all nodes below this one and their scopes; not texts that stand alone, what is below ``if __name__``, or may fail."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        if isinstance(child, ast.If) and any(getattr(node, "id", "") == "__name__" for node in ast.walk(child.test)):
            inner: Iterable[ast.AST] = child.orelse
        elif isinstance(child, ast.Try) and any(_catches(handler) for handler in child.handlers):
            inner = [*child.handlers, *child.orelse, *child.finalbody]
        else:
            inner = [child]
        for part in inner:
            inside = scope.below(part)
            yield part, inside
            yield from _that_counts(part, inside)


def _catches(handler: ast.ExceptHandler) -> bool:
    """Whether a handler deals with a refusal: it catches it and does not raise again, whatever it raises."""
    if any(isinstance(node, ast.Raise) for node in handler.body):
        return False
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
