"""A test that nobody's seed can change is run once for all seeds, and no other is."""

import pytest

from autograder.grade.backends.in_process import InProcessBackend
from autograder.grade.runner import Suite, collected
from autograder.prove import gate_result, unseeded
from autograder.prove.gate_result import runs_kept
from autograder.prove.unseeded import UnseededBackend
from tests.classroom import SOLUTION, STAGE


def noted(source: str, seed: int = 3) -> unseeded.Unseeded:
    """Return what a run of a program notes."""
    def use(suite: Suite) -> unseeded.Unseeded:
        backend = UnseededBackend(STAGE, source, seed, {})
        suite.run(backend)
        return backend.unseeded

    return collected(STAGE, use)


def test_what_is_noted_is_what_another_seed_gives() -> None:
    """To the last word; and none of these tests asks for random inputs, as most others do."""
    found = noted(SOLUTION)

    def use(suite: Suite) -> None:
        items = {f"{item.path.stem}.{item.name}": item for item in suite.items}
        assert len(found) > 20 and not any("rng" in items[test].fixturenames for test in found)
        other = {f"{one.visibility}.{one.verdict.test}": one.verdict
                 for one in suite.run(InProcessBackend(STAGE, SOLUTION, 4))}
        assert {test: other[test] for test in found} == found
        assert {test for test in other if "rng" not in items[test].fixturenames} == {*found}

    collected(STAGE, use)


@pytest.mark.parametrize("drawn", [
    "def softmax(z):\n    np.random.random()\n    return _softmax(z)\n",
    "import random\n\n\ndef softmax(z):\n    random.random()\n    return _softmax(z)\n",
    "import torch\n\n\ndef softmax(z):\n    torch.rand(1)\n    return _softmax(z)\n",
    "NUMBER = np.random.random()\n",
], ids=["numpy", "random", "torch", "import"])
def test_what_a_program_draws_hangs_on_the_seed(drawn: str) -> None:
    """A program may be wrong for some seeds only."""
    of_softmax = "public.test_softmax_and_cross_entropy_by_hand"
    assert of_softmax in noted(SOLUTION)
    assert of_softmax not in noted(f"{SOLUTION}\n\n_softmax = softmax\n\n\n{drawn}")


def test_a_program_that_fails_is_run_in_full_so_that_it_is_named_by_all_its_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that are not run again have no calls to name a mistake by."""
    mistake = next(one for one in STAGE.mistakes() if one.id == "cross-entropy-sign")
    with runs_kept():
        in_full = gate_result.run_source(STAGE, mistake.source, 5)
    begun: list[int] = []
    begin = InProcessBackend.begin
    monkeypatch.setattr(InProcessBackend, "begin", lambda backend, *given: begun.append(backend.seed) or begin(backend, *given))
    with runs_kept():
        first = gate_result.run_source(STAGE, mistake.source, 3)
        assert first.unseeded and first.named and begun.count(5) == 0
        again = gate_result.run_source(STAGE, mistake.source, 5)
        assert (again.results, again.named) == (in_full.results, in_full.named)
        right = gate_result.run_source(STAGE, SOLUTION, 3)
        begun.clear()
        assert gate_result.run_source(STAGE, SOLUTION, 5).lost() == []
        assert len(begun) == len(right.results) - len(right.unseeded)
