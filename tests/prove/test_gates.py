"""Each gate fails on material that is broken in its own way. `make verify` runs them all on the material as it is."""

import json
import os
import shutil
import time
from functools import partial

import pytest
import torch

from autograder.errors import InfrastructureError, UsageError
from autograder.grade.backends.sandboxed import SandboxBackend
from autograder.grade.language import for_students
from autograder.prove import gate_result, through_sandbox
from autograder.prove import gates as verify
from autograder.prove.over_cores import over_cores
from autograder.sandbox.client.transcript import Prefetch
from tests.classroom import SOLUTION, STAGE, copy_of_kit, environment
from tests.loaded import loaded

GATE = """
import sys
from autograder.prove import gates as verify
from autograder.stages import find_stage
import json
finding = getattr(verify, sys.argv[1])(find_stage("1-bptt"))
print(json.dumps([finding.measured, finding.problems]))
"""


@pytest.fixture(scope="module")
def released_kit(tmp_path_factory, handout):
    """A copy of the kit whose assignments/ is what its material makes."""
    own = copy_of_kit(tmp_path_factory.mktemp("released") / "kit")
    shutil.rmtree(own / "assignments" / "1-bptt")
    shutil.copytree(handout, own / "assignments" / "1-bptt")
    return own


@pytest.fixture
def own(released_kit, tmp_path):
    """A kit to break."""
    return shutil.copytree(released_kit, tmp_path / "kit")


def problems(kit, gate: str) -> list[str]:
    """What a gate finds in a copy of the kit."""
    done = loaded(environment()).run(kit, gate, code=GATE)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])[1]


def edit(kit, path: str, old: str, new: str) -> None:
    """Change a file of a copy."""
    file = kit / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_solution_that_is_wrong_fails(own):
    """The model answers lose points."""
    edit(own, "solutions/1-bptt/bptt.py", "return -np.log(y_hat_t[y_t])", "return np.log(y_hat_t[y_t])")
    found = problems(own, "solution_scores_full")
    assert found and found[0].startswith("1.1 test_softmax_and_cross_entropy_by_hand: failed: L_t has the wrong value")


def test_a_stub_that_gets_points_fails(own):
    """A test that passes before anything is written."""
    with open(own / "autograder/stages/bptt/hidden.py", "a") as file:
        file.write('\n\n@task("1.1", points=0.5)\ndef test_of_nothing(student):\n    """Nothing is tested."""\n')
        file.write('\n\n@task("1.1", points=0.5)\ndef test_of_an_error_alone(student):\n    """Who always refuses passes."""\n'
                   "    expect_raises(ValueError, student.softmax, None)\n")
        file.write('\n\n@task("1.1", points=0.5)\ndef test_of_the_type_alone(student):\n    """Any array will do."""\n'
                   "    assert isinstance(student.softmax(np.zeros(3)), np.ndarray)\n")
    found = problems(own, "stub_scores_nothing")
    assert found[0].startswith("1.1 test_of_nothing: passed") and len(found) == 19
    assert "1.1 test_of_an_error_alone passes where each function raises ValueError" in found
    assert "1.1 test_of_the_type_alone passes where each function returns its first argument" in found
    assert "1.1 test_of_the_type_alone passes where each function returns ones of the right shape, or labels empty Axes" in found


def test_a_test_whose_verdict_hangs_on_the_last_digits_has_to_say_so(own):
    """A comparison of bits passes on the recorded replies alone."""
    with open(own / "autograder/stages/bptt/hidden.py", "a") as file:
        for name, exact in (("bits", ""), ("marked", ", exact=True")):
            file.write(f'\n\n@task("1.1", points=0.5{exact})\ndef test_{name}(student):\n    """Bits."""\n'
                       '    assert student.softmax(np.zeros(4))[0] == 0.25\n')
    assert problems(own, "rounding_changes_no_verdict") == [
        "hidden.test_bits fails on replies with other last digits: mark it @task(..., exact=True)"]


def test_tests_that_depend_on_each_other_fail(own):
    """State that one test leaves for the next shows backwards and alone."""
    with open(own / "autograder/stages/bptt/hidden.py", "a") as file:
        file.write('\n\nSEEN = []\n\n\n@task("1.1", points=0.5)\ndef test_first(student):\n    """First."""\n'
                   "    student.softmax(np.zeros(2))\n    SEEN.append(1)\n\n\n"
                   '@task("1.1", points=0.5)\ndef test_second(student):\n    """Second."""\n'
                   '    student.softmax(np.zeros(2))\n    assert len(SEEN) == 1\n')
    found = problems(own, "tests_do_not_depend_on_each_other")
    assert [problem for problem in found
            if problem.startswith("model answers: test_second is passed in order, but backwards failed")]


@pytest.mark.parametrize("path, old, new, words", [
    ("autograder/stages/bptt/hidden.py", '@task("1.1", points=0.5)', '@task("1.1", points=1.5)',
     "task 1.1: 5 points in the notebook, 6 in the suite"),
    ("autograder/stages/bptt/stage.toml", '"1.8" = ', '"1.9" = ', "stage.toml has the tasks"),
    ("assignments/1-bptt/1-bptt.ipynb", 'check(\\"1.3\\")', 'check(\\"1.4\\")', 'cell task_1_3 should be check("1.3")'),
    ("solutions/1-bptt/bptt.py", '"""Task 1.6. ', '"""Task 1.9. ', "the solution has functions of"),
], ids=["points", "stage.toml", "cell", "functions"])
def test_points_that_do_not_add_up_fail(own, path, old, new, words):
    """Suite, notebook, stage.toml and solution have to agree."""
    edit(own, path, old, new)
    assert [problem for problem in problems(own, "points_add_up") if words in problem]


def test_an_edited_release_is_drift(own):
    """assignments/ is never edited, and dist/ is its zip."""
    edit(own, "assignments/1-bptt/test_public.py", "points=1", "points=5")
    (own / "dist").mkdir()
    (own / "dist" / "1-bptt.zip").write_bytes(b"an old one")
    assert problems(own, "assignments_are_what_release_makes") == [
        "assignments/1-bptt: test_public.py differs; run make release",
        "dist/1-bptt.zip is not the zip of this release; run make release"]


def test_a_leak_in_the_release_fails(own):
    """A line of the model answers in a student's README."""
    with open(own / "assignments/1-bptt/README.md", "a") as file:
        file.write("\nHint: e = np.exp(z - np.max(z, axis=-1, keepdims=True))\n")
    (found,) = problems(own, "nothing_leaks")
    assert found.startswith("assignments/1-bptt/README.md has solution (bptt.py, line ")


def test_a_leak_scan_that_is_blind_fails(own):
    """The gate tries itself on a planted leak of each kind."""
    edit(own, "autograder/publish/leaks.py", "    squeezed, words, prose = ", "    return\n    squeezed, words, prose = ")
    found = problems(own, "nothing_leaks")
    assert "a planted leak is not found: solution" in found and "a planted leak is not found: hidden test" in found


def test_a_check_cell_that_cannot_run_fails(own):
    """The released notebook is run from top to bottom, with the stub and with the model answers; here in a German term."""
    notebook = json.loads((own / "assignments/1-bptt/1-bptt.ipynb").read_text())
    first = next(i for i, cell in enumerate(notebook["cells"]) if cell["cell_type"] == "code")
    keep = {"task_1_3", "task_1_8"}
    notebook["cells"] = [cell for i, cell in enumerate(notebook["cells"]) if i <= first
                         or cell["metadata"].get("nbgrader", {}).get("grade_id") in keep]
    (own / "assignments/1-bptt/1-bptt.ipynb").write_text(json.dumps(notebook))
    (own / "course.toml").write_text('language = "de"\n')
    (own / "assignments/1-bptt/checks/words.mo").write_bytes(for_students("de"))
    assert not [problem for problem in problems(own, "notebook_runs") if "check(" in problem]
    edit(own, "assignments/1-bptt/checks/check.py", "    tests = public_tests", "    tests = public_test")
    found = problems(own, "notebook_runs")
    assert found[0].startswith("stub: 'check(\"1.3\")': NameError: name 'public_test' is not defined")
    assert [problem for problem in found if problem.startswith("model answers: ")]


def test_a_gate_that_cannot_run_is_a_problem_not_a_traceback():
    """The rest of the gates still run."""
    def broken(stage):
        raise UsageError("there is no notebook")

    heard = []
    findings = verify.verify(STAGE, lambda finding, seconds: heard.append(finding), (broken, verify.points_add_up))
    assert findings[0].problems == ["there is no notebook"]
    assert len(heard) == 2 and findings[0].gate == "broken"


def test_what_a_gate_takes_is_told_in_cpu_seconds_of_all_its_processes():
    """Over two cores the clock says half of it."""
    def work(some):
        end = time.process_time() + 0.2
        while time.process_time() < end:
            pass
        return list(some)

    (finding,) = verify.verify(STAGE, lambda finding, seconds: None, [
        lambda stage: gate_result.GateResult("busy", str(over_cores([1, 2], work, jobs=2)))])
    assert finding.holds and finding.measured == "[1, 2]" and finding.cpu >= 0.4


def test_what_workers_take_is_told_too_and_once():
    """The sandbox is ended with all its processes, so that the system counts them as nobody's."""
    busy = b"import time\nwhile time.process_time() < 3:\n    pass\n"

    def gate(stage):
        finding = gate_result.GateResult("in a worker")
        with through_sandbox._sandbox(stage, finding) as sandbox:
            backend = SandboxBackend(stage, sandbox, {stage.info.file: busy}, 0)
            backend.worker()
            backend.close()
        return finding

    (finding,) = verify.verify(STAGE, lambda finding, seconds: None, [gate])
    assert finding.problems == [] and 2.5 <= finding.cpu < 5


def test_the_short_run_has_every_gate_and_a_part_of_six():
    """The others are the very same; the six try fewer programs and pairs, and compare fewer records."""
    full, short = ({verify.name_of_gate(gate): gate for gate in gates} for gates in (verify.GATES, verify.SHORT))
    assert [*short] == [*full]
    changed = {name: gate for name, gate in short.items() if gate is not full[name]}
    assert [*changed] == ["wrong programs are caught", "pairs are not misnamed", "hints are right", "alternatives score full",
                          "suite is stable", "records agree"]
    found = verify.verify(STAGE, lambda finding, seconds: None,
                          [gate for name, gate in changed.items() if name != "pairs are not misnamed"])
    assert [finding.problems for finding in found] == [[]] * 5
    bank, hints, alternatives, stable, records = (finding.measured for finding in found)
    assert bank.startswith(f"{len(STAGE.wrong_programs()[::4])} programs, ")
    assert f" of {len(STAGE.mistakes()[::4])} mistakes" in hints
    assert alternatives == f"{len([*STAGE.alternatives()][::2])} alternatives"
    assert stable == f"5 seeds, {len([*STAGE.alternatives()][1::2])} alternatives"
    assert records.startswith("3 submissions")


def test_a_run_that_two_gates_ask_for_is_made_once_and_only_while_a_stage_is_verified(monkeypatch):
    """A gate by itself always runs the suite."""
    made, run_suite = [], gate_result._run
    monkeypatch.setattr(gate_result, "_run", lambda *arguments: made.append(1) or run_suite(*arguments))
    twice = verify.verify(STAGE, lambda finding, seconds: None, (verify.solution_scores_full, verify.solution_scores_full))
    assert [finding.holds for finding in twice] == [True, True] and len(made) == 1
    assert verify.solution_scores_full(STAGE).measured == twice[0].measured and len(made) == 2


def test_the_model_answers_are_recorded_in_the_sandbox_once_for_the_gates_that_ask_for_it(monkeypatch):
    """And not again in each process of the gate on records. Those are forked later, so torch has one thread from then on."""
    torch.set_num_threads(2)
    made, original = [], through_sandbox.record_reference_run
    monkeypatch.setattr(through_sandbox, "record_reference_run", lambda *given: made.append(os.getpid()) or original(*given))
    findings = verify.verify(STAGE, lambda finding, seconds: None, (
        verify.no_answer_goes_ahead, verify.rounding_changes_no_verdict, partial(verify.records_agree, few=True)))
    assert [finding.problems for finding in findings] == [[]] * 3 and made == [os.getpid()]
    assert torch.get_num_threads() == 1


def test_records_that_differ_are_told_by_the_way_in_which_they_do(monkeypatch):
    """A short-cut that takes any reply for the right one; and a sandbox that takes what is not written for an error, which shows
    in the tests that no short-cut answers.
    """
    drain, outcome = Prefetch.drain, SandboxBackend.outcome
    with monkeypatch.context() as broken:
        broken.setattr(Prefetch, "drain", lambda prefetch: drain(prefetch) or True)
        found = verify.records_agree(STAGE, few=True).problems
        assert {problem.partition(":")[0] for problem in found} >= {"stub"}
        assert all("but with requests made ahead passed" in problem for problem in found if problem.startswith("stub"))
    monkeypatch.setattr(SandboxBackend, "outcome", lambda backend, error: "error" if isinstance(backend, through_sandbox._InTurn)
                        else outcome(backend, error))
    found = verify.records_agree(STAGE, few=True).problems
    assert [problem for problem in found if problem.startswith("stub") and "but in the sandbox error" in problem]


def test_where_student_code_asks_the_grader_nothing_is_made_ahead_so_that_one_run_is_enough(monkeypatch):
    """For the model answers there are two. A record that only the sandbox gives is told for the others too."""
    ran, run = [], SandboxBackend._run

    def noted(backend, name, *given):
        ran.append((type(backend).__name__, name))
        return run(backend, name, *given)

    with monkeypatch.context() as counted:
        counted.setattr(SandboxBackend, "_run", noted)
        counted.setattr(through_sandbox, "over_cores", lambda items, work: work(items))
        counted.setattr(through_sandbox, "_sources", lambda stage: {"model answers": SOLUTION, "another": f"{SOLUTION}\n"})
        assert verify.records_agree(STAGE).problems == []
        in_turn, ahead = (ran.count((kind, "numerical_gradient")) for kind in ("_InTurn", "_Ahead"))
        assert ahead == 2 * in_turn > 0
    monkeypatch.setattr(through_sandbox, "_sources", lambda stage: {"another": f"{SOLUTION}\n"})
    monkeypatch.setattr(SandboxBackend, "_run", lambda backend, name, *given: (
        (0.0, ()) if name == "numerical_gradient" else run(backend, name, *given)))
    assert [problem for problem in verify.records_agree(STAGE).problems if problem.startswith("another: test_numerical_gradient")]


def test_a_mistake_that_no_test_catches_and_one_that_is_misnamed_fail(own):
    """Each catalogued mistake loses points in its own task under its own name."""
    folder = own / "autograder/stages/bptt/mistakes"
    for file in folder.glob("*.py"):
        if file.name != "cross_entropy_sign.py":
            file.unlink()
    assert problems(own, "mistakes_are_caught_and_named") == []
    (folder / "right_after_all.py").write_text('"""It is right.\n\nLook again.\n"""\n\n\n'
                                               "def dz_dh(W_y):\n    return W_y + 0\n")
    (folder / "twin.py").write_text((folder / "cross_entropy_sign.py").read_text())
    found = problems(own, "mistakes_are_caught_and_named")
    assert "right-after-all is caught by no test" in found
    assert [problem for problem in found if problem.startswith("twin is caught but not named")]


def test_an_alternative_that_loses_points_fails(own):
    """Right answers written differently get everything: one that is wrong is told by its test."""
    folder = own / "autograder/stages/bptt/alternatives"
    for file in folder.glob("*.py"):
        file.unlink()
    (folder / "not_right.py").write_text(SOLUTION + "\n\ndef dz_dh(W_y):\n    return W_y.T\n")
    found = problems(own, "alternatives_score_full")
    assert [problem for problem in found if problem.startswith("not-right: 1.3 test_")]
    assert problems(own, "suite_is_stable")[0].startswith("seed 0: not-right: 1.3 test_")


def test_a_program_of_the_bank_that_loses_only_in_another_task_fails(own):
    """Its own task has to catch it; wrong for states of zero, where no test of 1.3 might look."""
    folder, hidden = own / "autograder/stages/bptt/wrong", own / "autograder/stages/bptt/hidden.py"
    for file in folder.glob("[!_]*.py"):
        file.unlink()
    shutil.copy(STAGE.suite / "wrong/dh_dh_prev_of_round_states.py", folder)
    assert problems(own, "wrong_programs_are_caught") == []
    hidden.write_text(hidden.read_text().replace("0.9999]), np.zeros(4), ", "0.9999]), "))
    found = problems(own, "wrong_programs_are_caught")
    assert [problem for problem in found if problem.startswith("dh-dh-prev-of-round-states loses only in other tasks")]


def test_work_over_the_cores_comes_back_in_order_and_an_error_with_its_words():
    """Whatever the number of cores; a process that ends early is no result."""
    items = list(range(7))
    for jobs in (1, 2, 3, 20):
        assert over_cores(items, lambda some: [one * 10 for one in some], jobs) == [one * 10 for one in items]
    assert over_cores([], list) == []
    with pytest.raises(UsageError, match="no 3 here"):
        over_cores(items, lambda some: [one if one != 3 else refuse("no 3 here") for one in some], jobs=2)
    with pytest.raises(InfrastructureError, match="ZeroDivisionError"):
        over_cores(items, lambda some: [1 // (one - 4) for one in some], jobs=2)
    with pytest.raises(InfrastructureError, match="exit status 9"):
        over_cores(items, lambda some: os._exit(9), jobs=2)


def refuse(words):
    """A fault of the material."""
    raise UsageError(words)
