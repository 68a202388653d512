"""Make the data files again, or check that they are what the generators make; draw, train, read corpora.

python datasets [--check]
python datasets pictures | baselines ... | corpora FILE ... | sheet FOLDER ...
"""

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

from longrange import cards
from longrange.agreement import generate as generate_agreement
from longrange.tickets import generate as generate_tickets

HERE = Path(__file__).parents[1]
GENERATORS = {"agreement": generate_agreement, "tickets": generate_tickets}
SPLITS = ("public", "hidden")
METADATA = ("croissant.json", "checksums.sha256")
OTHERS = ("pictures", "baselines", "corpora", "sheet")


def make(root: Path = HERE) -> None:
    """Write the files of all data sets below `root`."""
    for name, generate in GENERATORS.items():
        generate(root / name)
        cards.write(root / name, name)


def _files(root: Path) -> dict[str, bytes]:
    """Path below `root` and content of each file of the data sets."""
    folders = [root / name / split for name in GENERATORS for split in SPLITS]
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    paths += [path for name in GENERATORS for file in METADATA if (path := root / name / file).exists()]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def differences(root: Path, made: Path) -> list[str]:
    """One line for each file below `root` that is not the same below `made`."""
    got, want = _files(root), _files(made)
    lines = []
    for name in sorted(want.keys() | got.keys()):
        if name not in got:
            lines.append(f"{name}: missing")
        elif name not in want:
            lines.append(f"{name}: made by no generator")
        elif got[name] != want[name]:
            lines.append(f"{name}: differs")
    return lines


def drift() -> list[str]:
    """One line for each file that is not what the generators make."""
    with tempfile.TemporaryDirectory() as scratch:
        make(Path(scratch))
        return differences(HERE, Path(scratch))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status, 1 where files have drifted."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and arguments[0] in OTHERS:
        name, *rest = arguments
        return importlib.import_module(f"longrange.{name}").main(rest) or 0
    parser = argparse.ArgumentParser(prog="python datasets", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file differs")
    if not parser.parse_args(arguments).check:
        make()
        return 0
    lines = drift()
    for line in lines:
        print(line, file=sys.stderr)
    if lines:
        print("make them again with: python datasets", file=sys.stderr)
    return int(bool(lines))
