"""`make verify SEEDS=`: what hangs on luck in the hidden inputs is found before the term in which it would show."""

import re
from pathlib import Path

import pytest

from autograder.prove.gate_result import another_term, once, runs_kept, seed_of_term
from tests.classroom import copy_of_kit, in_kit

# Wrong, but only for a large weight; whether the hidden tests draw one is luck.
CLIPS = '''"""Task 5.1. No weight is larger than 2.5.

Witness:
    m.weighted_sum(np.array([3.0]), np.ones((1, 2)))
"""


def weighted_sum(weights, values):
    if len(weights) != len(values):
        raise ValueError("not one weight for each row")
    return np.clip(weights, -2.5, 2.5) @ np.asarray(values)
'''
# Right answers that add in another order have other last digits, with some numbers.
BITS = '''

@task("5.1", points=0.5, exact=True)
def test_bits(student, reference, rng):
    """Bits."""
    weights, values = rng.standard_normal(3), rng.standard_normal((3, 1))
    assert student.weighted_sum(weights, values)[0] == reference.weighted_sum(weights, values)[0]
'''


@pytest.fixture(scope="module")
def suite(tmp_path_factory) -> Path:
    """The suite of a small stage in a kit of its own."""
    kit = copy_of_kit(tmp_path_factory.mktemp("terms") / "kit")
    assert in_kit(kit, "stage", "Attention").returncode == 0
    return kit / "autograder" / "stages" / "attention"


def verified(suite: Path, seeds: str) -> tuple[int, str, list[str]]:
    """Status, all that `verify` says with other seeds, and what the seeds are that it finds something for."""
    done = in_kit(suite.parents[2], "verify", "--stage", "5", "--verbose", "--seeds", seeds)
    return done.returncode, done.stdout, sorted(set(re.findall(r"^ +(seed \d+): .* (?:test_bits|full marks)", done.stdout, re.M)))


def test_what_hangs_on_luck_is_found_with_its_seed(suite: Path) -> None:
    """A wrong program with full marks, and a right one that loses a point: only for some seeds, and not for the kit's own."""
    status, said, found = verified(suite, "3")
    assert (status, found) == (0, []) and "hangs on luck" not in said
    assert [line.split()[:3] for line in said.splitlines() if "gates  " in line] == [["ok", "seed", f"{n}:"] for n in (1, 2, 3)]
    assert "two mistakes at once are not misnamed: 0 pairs" in said

    (suite / "wrong").mkdir()
    (suite / "wrong" / "clips.py").write_text(CLIPS, encoding="utf-8")
    for gate in ("wrong programs", "alternatives"):
        assert in_kit(suite.parents[2], "try", "--stage", "5", "--gate", gate).returncode == 0
    status, said, found = verified(suite, "1-6")
    assert status == 1 and 0 < len(found) < 6
    assert f"{found[0]}: clips (task 5.1) gets full marks" in said
    assert "hangs on luck" in said and "SEEDS=12-12" in said
    assert verified(suite, found[0].replace("seed ", "") + "-" + found[0].replace("seed ", ""))[2] == found[:1]

    (suite / "wrong" / "clips.py").unlink()
    hidden = suite / "hidden.py"
    hidden.write_text(hidden.read_text(encoding="utf-8") + BITS, encoding="utf-8")
    status, said, found = verified(suite, "7-12")
    assert status == 1 and 0 < len(found) < 6
    assert f"{found[0]}: row-by-row: 5.1 test_bits: failed" in said


def test_another_term_has_its_seed_and_runs_of_its_own_and_ends() -> None:
    """Within it, and within one in it; what is kept for the term's seed is there again afterwards."""
    term = seed_of_term()
    with runs_kept():
        assert once(("kept",), lambda: "term") == "term"
        with another_term(0), pytest.raises(ZeroDivisionError):
            assert seed_of_term() == 0 and once(("kept",), lambda: "other") == "other"
            with another_term(5):
                assert seed_of_term() == 5
                raise ZeroDivisionError
        assert seed_of_term() == term and once(("kept",), lambda: "again") == "term"


@pytest.mark.parametrize("seeds", ["0", "x", "9-3", "-4", "1-", "1,2"])
def test_seeds_that_are_none_are_refused(suite: Path, seeds: str) -> None:
    """With both ways to name some."""
    done = in_kit(suite.parents[2], "verify", f"--seeds={seeds}")
    assert done.returncode == 2 and "SEEDS=" in done.stderr and "such as 11-20" in done.stderr
