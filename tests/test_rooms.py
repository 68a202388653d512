"""The directions of .importlinter hold for names in strings too, and each claim of the project's pages about itself."""

import ast
import configparser
import re
from pathlib import Path

import autograder
from autograder.stages import KIT

PACKAGE = Path(autograder.__file__).parent
NAME = re.compile(r"autograder(\.\w+)+")


def rooms() -> list[set[str]]:
    """The layers of the import contract, the highest first."""
    contract = configparser.ConfigParser()
    contract.read(KIT / ".importlinter")
    lines = contract["importlinter:contract:rooms"]["layers"].split("\n")
    return [{room.strip() for room in line.split("|")} for line in lines if line.strip()]


def level(module: str, layers: list[set[str]]) -> int | None:
    """Which layer a module lies in: that of the longest room it is below."""
    inside = [(len(room), number) for number, layer in enumerate(layers) for room in layer
              if module == room or module.startswith(room + ".")]
    return max(inside)[1] if inside else None


def named_in_strings(source: str) -> list[str]:
    """Modules of the kit that are named as a whole string, other than in a docstring."""
    return [node.value for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value)]


def upwards(module: str, source: str) -> list[str]:
    """The strings in which a module names one above it."""
    layers = rooms()
    here = level(module, layers)
    there = {name: level(name, layers) for name in named_in_strings(source)}
    return [name for name, height in there.items() if here is not None and height is not None and height < here]


def test_no_module_names_one_above_it_in_a_string() -> None:
    found = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        if not {"mistakes", "alternatives", "wrong"} & set(file.parts):
            module = ".".join(file.relative_to(KIT).with_suffix("").parts).removesuffix(".__init__")
            found[module] = upwards(module, file.read_text(encoding="utf-8"))
    assert {module: names for module, names in found.items() if names} == {}


def hops() -> list[tuple[str, str, str]]:
    """Process, file and name of each hop in docs/contributor.md."""
    page = (KIT / "docs" / "contributor.md").read_text(encoding="utf-8").partition("### One submission, followed")[2]
    found: list[tuple[str, str, str]] = []
    for where, file, name in re.findall(r"^\| ([^|]*?) ?\| `([\w/]+\.py)` `([\w.]+)` \|", page.partition("\n### ")[0], re.M):
        found.append((where or found[-1][0], file, name))
    return found


def test_each_hop_of_a_submission_is_there() -> None:
    assert len(hops()) > 30
    for _, file, name in hops():
        there = ast.parse((PACKAGE / file).read_text(encoding="utf-8"))
        for part in name.split("."):
            there = {one.name: one for one in there.body if isinstance(one, ast.FunctionDef | ast.ClassDef)}[part]


def test_a_name_in_a_string_is_found() -> None:
    assert upwards("autograder.grade.runner", 'import_module("autograder.lms.export")') == ["autograder.lms.export"]
    assert upwards("autograder.lms.export", 'import_module("autograder.grade.runner")') == []


def test_every_room_of_the_package_is_in_the_contract() -> None:
    listed = {room.split(".")[1] for layer in rooms() for room in layer}
    modules = [file.stem for file in PACKAGE.glob("*.py")] + [file.parent.name for file in PACKAGE.glob("*/__init__.py")]
    outside = {"__init__", "environment"}  # the set-up runs before the package is installed, and imports nothing of it
    assert set(modules) - listed == outside


def test_the_version_stands_in_one_place() -> None:
    assert f"version: {autograder.__version__}\n" in (KIT / "CITATION.cff").read_text(encoding="utf-8")
    assert 'dynamic = ["version"]' in (KIT / "pyproject.toml").read_text(encoding="utf-8")
