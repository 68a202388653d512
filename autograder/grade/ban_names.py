"""Find names in a submission's source through which torch's recurrent code can be reached: a second check, on the trusted side.

It proves nothing and costs no points: findings are shown to the TA, with their lines, in the notes of the record. It exists
because the first check (`checks/ban.py`) is enforced in the same process that runs student code.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator

from autograder.checks.words import _
from autograder.text import syntax_tree

# Names that, as an attribute or import, can only lead to torch's recurrent code or around the ban.
TELLING = {
    "_VF", "_VariableFunctions", "_decomp", "_refs", "_dispatch_call_boxed", "_jit_get_operation", "CompilationUnit", "decompose",
    "get_kernel", "global_decomposition_table", "lifted", "lstm_cell", "gru_cell", "mkldnn_rnn_layer", "py_kernels", "redispatch",
    "redispatch_boxed", "rnn_relu", "rnn_relu_cell", "rnn_tanh", "rnn_tanh_cell", "RNNBase", "RNNCellBase", "_op_dk",
}
# Names that do so only below torch: students' own cells have these names too.
BELOW_TORCH = {
    "RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell", "rnn", "lstm", "gru", "ops", "_C", "_ops", "library", "__dict__",
}
BUILTINS = {"eval", "exec", "__import__"}
# Standard modules through which other modules can be reached by name.
WAYS_ROUND = {"builtins", "ctypes", "gc", "importlib", "inspect", "marshal", "operator", "pickle", "pkgutil", "runpy", "sys"}
_WORDS = re.compile(r"\b(aten|_VF|lstm_cell|gru_cell|rnn_tanh|rnn_relu|mkldnn_rnn_layer|nn\.(RNN|LSTM|GRU)\w*)\b"
                    r"|^(RNN|LSTM|GRU)(Cell)?$")
# Functions that look an attribute up by name. Elsewhere a string such as "LSTMCell" is the name of a student's own cell.
FINDS = {"getattr", "attrgetter", "__getattribute__", "__getattr__", "hasattr", "setattr"}


def banned_names(source: str) -> list[tuple[int, str]]:
    """Return the line and name of each finding; empty if the source does not parse, which is reported elsewhere."""
    try:
        tree = syntax_tree(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return sorted(set(_found(tree)))


def note_on_ban(source: str, file: str) -> list[str]:
    """Return at most one sentence for the TA."""
    found = banned_names(source)
    if not found:
        return []
    names = ", ".join(_("{name} (line {line})", name=name, line=line) for line, name in found[:8])
    names += ", ..." if found[8:] else ""
    return [_("{file} names what may lead to torch's own recurrent code: {names}. Look whether the cells are the student's own",
              file=file, names=names)]


def _found(tree: ast.Module) -> Iterator[tuple[int, str]]:
    torch_names = _names_of_torch(tree)
    nodes = list(ast.walk(tree))
    documentation = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    own, looked_for = _own_names(tree), {id(part) for node in nodes if isinstance(node, ast.Call) and _called(node) in FINDS
                                         for part in node.args}
    for node in nodes:
        if isinstance(node, ast.Attribute):
            dotted = _dotted(node)
            if node.attr in TELLING or (node.attr in BELOW_TORCH and _root(node) in torch_names and ".utils.rnn" not in dotted):
                yield node.lineno, dotted
        elif isinstance(node, ast.ImportFrom | ast.Import):
            yield from ((node.lineno, path) for path in _paths(node) if _is_telling(path.split(".")))
        elif isinstance(node, ast.Call):
            yield from ((node.lineno, f"{name}(...)") for name in _reached_by_text(node, torch_names))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            match = _WORDS.search(node.value)
            if match and (node.value not in own or id(node) in looked_for):
                yield node.lineno, repr(match[0])


def _paths(node: ast.ImportFrom | ast.Import) -> Iterator[str]:
    """Yield the full dotted names that an import refers to."""
    module = getattr(node, "module", None) or ""
    return (f"{module}.{alias.name}".strip(".") for alias in node.names)


def _is_telling(path: list[str]) -> bool:
    below_torch = path[0] == "torch" and BELOW_TORCH & set(path) and "utils" not in path
    return bool(TELLING & set(path) or below_torch or path[0] in ("autograder", "checks"))


def _reached_by_text(call: ast.Call, torch_names: set[str]) -> Iterator[str]:
    """Yield the function called, if it looks up torch attributes or runs code given as text."""
    name = _called(call)
    by_itself = name == "import_module" or (name in BUILTINS and isinstance(call.func, ast.Name))
    if by_itself and name in ("import_module", "__import__") and _is_harmless_import(call):
        return
    if by_itself or (name in ("getattr", "vars") and call.args and _root(call.args[0]) in torch_names):
        yield name


def _called(call: ast.Call) -> str:
    """Return the last component of the name of the called function."""
    return call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _is_harmless_import(call: ast.Call) -> bool:
    """Whether a standard module is imported by a literal name, and is no way to other modules itself."""
    named = call.args[0].value if len(call.args) == 1 and not call.keywords and isinstance(call.args[0], ast.Constant) else ""
    root = named.partition(".")[0] if isinstance(named, str) else ""
    return root in sys.stdlib_module_names - WAYS_ROUND


def _own_names(tree: ast.Module) -> set[str]:
    """Return the names that the file itself defines."""
    found = {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    return found | {target.id for node in tree.body if isinstance(node, ast.Assign) for target in node.targets
                    if isinstance(target, ast.Name)}


def _names_of_torch(tree: ast.Module) -> set[str]:
    """Return the names bound to torch or a part of it, by an import or by `name = torch...`."""
    names = {"torch"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name.split(".")[0] for alias in node.names if alias.name.split(".")[0] == "torch"}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "torch":
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Name | ast.Attribute) and _root(node.value) in names:
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def _root(node: ast.expr) -> str:
    """Return the first name of `a.b.c`; empty if it does not start with a name."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "(...)"
