"""The gate on terminal output: every text for students can be shown in UTF-8, cp1252 and ASCII."""

from __future__ import annotations

import ast
import tomllib
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from autograder.checks.terminal import arriving
from autograder.prove.gate_result import GateResult
from autograder.stages import KIT, Stage

ENCODINGS = ("utf-8", "cp1252", "ascii")


def messages_arrive(stage: Stage) -> GateResult:
    """Titles, messages and hints: each character that a terminal may lack has a plain form."""
    finding = GateResult("messages arrive on every terminal")
    texts = list(_texts(stage))
    for where, text in texts:
        for encoding in ENCODINGS:
            lost = sorted({one for one in text if arriving(one, encoding) == "?" and one != "?" and _is_seen(one)})
            if lost:
                finding.problems.append(f"{where}: {', '.join(map(repr, lost))} has no form in {encoding}: add it to "
                                        "autograder/checks/terminal.py")
    finding.measured = f"{len(texts)} texts, {len(ENCODINGS)} encodings"
    return finding


def _texts(stage: Stage) -> Iterator[tuple[str, str]]:
    """Yield every text that a student of this stage may read in a terminal, with its location."""
    files = [*sorted((KIT / "autograder" / "checks").glob("*.py")), *sorted(stage.suite.rglob("*.py")), stage.solution]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and not node.value.isascii():
                yield f"{_name(file)}:{node.lineno}", node.value
    for key, value in tomllib.loads((stage.suite / "stage.toml").read_text(encoding="utf-8")).items():
        yield f"{_name(stage.suite / 'stage.toml')}, {key}", str(value)


def _is_seen(character: str) -> bool:
    """Whether a character is visible; direction marks, line separators and surrogates are only searched for, never printed."""
    return unicodedata.category(character) not in ("Cf", "Cs", "Zl", "Zp")


def _name(file: Path) -> str:
    return str(file.relative_to(KIT))
