"""What gates found is kept, and a gate runs again exactly after a change to something that it reads."""

import json
import os
from pathlib import Path

import pytest

from autograder.prove import unchanged
from autograder.prove.gates import GATES, SHORT, holds_in_another_term
from tests.classroom import copy_of_kit, environment, in_kit
from tests.loaded import loaded

VERIFY = """
import os, sys
os.environ.pop("CI", None)
os.environ |= dict(pair.split("=") for pair in sys.argv[2:] if "=" in pair)
from autograder.cli import run_gates
from autograder.prove import gates, unchanged
from autograder.stages import find_stage
asked = [getattr(gates, name) for name in sys.argv[1].split(",")]
sys.exit(run_gates([find_stage("5-attention")], False, asked, again="again" in sys.argv))
"""
# Each gate in a process of its own, so that it finds nothing read already.
WATCH = """
import os, sys
from autograder.prove import gates
from autograder.stages import KIT, find_stage
stage, names, kit = find_stage(sys.argv[1]), sys.argv[2].split(","), os.fsencode(f"{KIT}{os.sep}")
for gate in (getattr(gates, name) for name in names):
    child = os.fork()
    if not child:
        def note(event, given):
            if event == "open" and isinstance(given[0], (str, bytes)) and not (isinstance(given[1], str) and "w" in given[1]):
                path = os.fsencode(given[0])
                if path.startswith(kit):
                    os.write(log, path[len(kit):] + bytes([10]))
        log = os.open(f"{sys.argv[3]}/{gate.__name__}", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        sys.addaudithook(note)
        found = gate(stage)
        os.write(log, b"holds" + bytes([10]) if found.holds else repr(found.problems).encode())
        os._exit(0)
    os.waitpid(child, 0)
"""
CHEAP = "points_add_up,mistakes_are_caught_and_named,alternatives_score_full"
WRONG = '''"""Task 5.1. The sum forgets its last row.

Witness:
    m.weighted_sum(np.ones(2) / 2, np.array([[1.0], [3.0]]))
"""


def weighted_sum(weights, values):
    return weights[:-1] @ values[:-1]
'''


@pytest.fixture(scope="module")
def kit(tmp_path_factory) -> Path:
    """A kit with a small stage, which has a program of the bank too."""
    kit = copy_of_kit(tmp_path_factory.mktemp("kept") / "kit")
    assert in_kit(kit, "stage", "Attention").returncode == 0
    wrong = kit / "autograder/stages/attention/wrong"
    wrong.mkdir()
    (wrong / "forgets_the_last.py").write_text(WRONG, encoding="utf-8")
    return kit


def ran(kit: Path, *how: str, gates: str = CHEAP) -> tuple[list[str], int]:
    """The gates that `verify` ran and did not keep, by their place in the list, and the status."""
    done = loaded(environment()).run(kit, gates, *how, code=VERIFY)
    lines = [line for line in done.stdout.splitlines() if line.startswith(("  ok  ", "  FAIL"))]
    assert len(lines) == len(gates.split(",")), done.stdout + done.stderr
    return [name for name, line in zip(gates.split(","), lines, strict=True) if not line.endswith("unchanged")], done.returncode


def test_a_gate_runs_again_only_after_a_change_to_what_it_reads(kit):
    """All once; then none; after a change those that it bears on; one that fails every time; in CI and on request all."""
    points, mistakes, alternatives = CHEAP.split(",")
    assert ran(kit) == ([points, mistakes, alternatives], 0)
    assert ran(kit) == ([], 0)
    before: dict[Path, str] = {}
    for path, expected in (("autograder/stages/attention/hidden.py", [points, mistakes, alternatives]),
                           ("autograder/checks/compare.py", [points, mistakes, alternatives]),
                           ("pyproject.toml", [points, mistakes, alternatives]),
                           ("autograder/stages/attention/mistakes/weighted_sum_is_a_mean.py", [mistakes]),
                           ("autograder/stages/attention/wrong/forgets_the_last.py", []),
                           ("autograder/stages/bptt/hidden.py", []),
                           ("assignments/5-attention/README.md", [points])):
        before[kit / path] = (kit / path).read_text(encoding="utf-8")
        (kit / path).write_text(f"{before[kit / path]}\n# changed\n", encoding="utf-8")
        assert (path, ran(kit)) == (path, (expected, 0))
        assert ran(kit) == ([], 0)
    assert ran(kit, "again") == ran(kit, "CI=true") == ([points, mistakes, alternatives], 0)
    file = next((kit / "autograder/stages/attention/alternatives").glob("*.py"))
    right = file.read_text(encoding="utf-8")
    file.write_text(right + "\n\ndef weighted_sum(weights, values):\n    return 0\n", encoding="utf-8")
    assert ran(kit) == ran(kit) == ([alternatives], 1)
    file.write_text(right, encoding="utf-8")
    assert ran(kit) == ([alternatives], 0)
    for path, text in before.items():
        path.write_text(text, encoding="utf-8")


def test_a_file_that_is_edited_while_a_gate_runs_is_not_taken_for_the_one_it_ran_on(monkeypatch, tmp_path):
    """The state at the end is not that of the beginning, so the result is not kept."""
    monkeypatch.setattr(unchanged, "KIT", tmp_path)
    monkeypatch.delenv("CI", raising=False)
    (tmp_path / "autograder").mkdir()
    (tmp_path / "autograder" / "some.py").write_text("1")
    stage, gate = unchanged.stages()[0], GATES[0]
    for edited in (True, False):
        kept = unchanged.Kept()
        assert kept.finding(stage, gate) is None
        kept.add(stage, gate, gate_result())
        if edited:
            (tmp_path / "autograder" / "some.py").write_text("2")
        kept.save()
        (tmp_path / "autograder" / "some.py").write_text("1")
        assert (unchanged.Kept().finding(stage, gate) is None) == edited


def gate_result():
    """A gate that holds."""
    return unchanged.GateResult("a gate", "3 tests", names=[unchanged.NameGiven("bank", "one", "other", "declared right")])


def test_what_is_kept_comes_back_whole(monkeypatch, tmp_path):
    """With its names, and marked; the short gates have places of their own, and what fails or is unknown has none."""
    monkeypatch.setattr(unchanged, "PLACE", tmp_path / "gates.json")
    monkeypatch.delenv("CI", raising=False)
    stage, number = unchanged.stages()[0], [gate.__name__ for gate in GATES].index("wrong_programs_are_caught")
    kept = unchanged.Kept()
    kept.add(stage, GATES[number], gate_result())
    kept.add(stage, GATES[0], unchanged.GateResult("a gate", problems=["wrong"]))
    kept.add(stage, gate_result, gate_result())
    kept.save()
    kept = unchanged.Kept()
    found = kept.finding(stage, GATES[number])
    assert found is not None and (found.unchanged, found.measured, found.names) == (True, "3 tests", gate_result().names)
    assert [kept.finding(stage, gate) for gate in (SHORT[number], GATES[0], gate_result)] == [None] * 3
    (tmp_path / "gates.json").write_text("{")
    assert unchanged.Kept().finding(stage, GATES[number]) is None


KEPT = sorted(unchanged.UNREAD.keys() | unchanged.OF_ALL_STAGES)


@pytest.mark.parametrize("stage_id, names", [
    *(("5-attention", ",".join(KEPT[part::3])) for part in range(3)),
    ("2-vanishing", "solution_scores_full,rounding_changes_no_verdict"),
], ids=["a third", "another", "the rest", "a stage that requires another"])
def test_the_key_of_a_gate_has_every_file_that_it_opens(kit, tmp_path, stage_id, names):
    """Nothing is left out but what the gate was seen not to read."""
    assert unchanged.UNREAD.keys() <= {gate.__name__ for gate in (*GATES, holds_in_another_term)}
    done = loaded(environment()).run(kit, stage_id, names, str(tmp_path), code=WATCH)
    assert done.returncode == 0, done.stderr
    listed = loaded(environment()).run(kit, stage_id, names, code="""
import json, sys
from autograder.prove import unchanged
from autograder.stages import find_stage
files, stage, seen = unchanged.state(), find_stage(sys.argv[1]), {}
unchanged.json.dumps = lambda about: seen.setdefault("about", about) and "" or ""
for name in sys.argv[2].split(","):
    seen.pop("about", None)
    unchanged.key_of(stage, name, name, files)
    seen[name] = [place for place, _ in seen["about"][-1]]
print(json.JSONEncoder().encode({name: places for name, places in seen.items() if name != "about"}))
""")
    decides = json.loads(listed.stdout)
    for name in names.split(","):
        *opened, held = (tmp_path / name).read_text(encoding="utf-8").splitlines()
        assert held == "holds", (name, held)
        missed = {place for place in map(place_in_kit, opened) if (kit / place).is_file()} - {*decides[name]}
        assert (name, sorted(missed)) == (name, [])


def place_in_kit(opened: str) -> str:
    """A file by its place in the state: the source in place of its bytecode, the released folders under another name."""
    opened = os.path.normpath(opened)
    if "__pycache__" in opened:
        folder, name = os.path.split(opened)  # pytest's own has a name that importlib does not know
        opened = os.path.join(os.path.dirname(folder), name.partition(".")[0] + ".py")
    return opened.replace("assignments" + os.sep, "release/", 1) if opened.startswith("assignments" + os.sep) else opened
