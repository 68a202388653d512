"""Count the material behind the proofs, by stage: `python -m autograder.prove.counts` writes the table into docs/proof.md."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from autograder.prove.gate_result import reference_source
from autograder.prove.mutants import listed, mutants
from autograder.prove.proof import pairs_of_mistakes
from autograder.prove.slips import slips
from autograder.stages import KIT, Stage, stages

PAGE = KIT / "docs" / "proof.md"
HEAD = "| stage | tests, public | hidden | mistakes | bank | alternatives | pairs | mutants | equivalent |"


def tests_of(file: Path) -> int:
    """Return the number of tests in a file: functions marked with `@task`."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return sum(isinstance(node, ast.FunctionDef)
               and any(isinstance(one, ast.Call) and getattr(one.func, "id", "") == "task" for one in node.decorator_list)
               for node in tree.body)


def counts(stage: Stage) -> list[int]:
    """Return the numbers of a stage in the order of the table's head, without running any program."""
    return [tests_of(stage.suite / "public.py"), tests_of(stage.suite / "hidden.py"), len(stage.mistakes()),
            len(stage.wrong_programs()), len(stage.alternatives()), len(pairs_of_mistakes(stage, 60)),
            len(mutants(reference_source(stage))), len(listed(stage))]


def table() -> str:
    """Return the table of all stages."""
    rows = [f"| {stage.id[0]} | {' | '.join(map(str, counts(stage)))} |" for stage in stages()]
    return "\n".join([HEAD, "|" + "---|" * HEAD.count("| "), *rows])


def with_numbers(page: str) -> str:
    """Return the page with the table and the number of slips updated."""
    page = re.sub(r"\d+ slips by hand", f"{len(slips())} slips by hand", page)
    before, after = page[:page.index(HEAD)], page[page.index(HEAD):]
    return before + table() + after[after.index("\n\n"):]


if __name__ == "__main__":
    PAGE.write_text(with_numbers(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
