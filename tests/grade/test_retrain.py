"""RETRAIN=1: the models that are graded are those the submitted code trains, and no others."""

import json
from dataclasses import asdict, replace

import pytest
import torch
from click.testing import CliRunner

from autograder.benchmarks import measure
from autograder.cli import main
from autograder.errors import LimitExceeded
from autograder.grade.backends.sandboxed import SandboxBackend
from autograder.grade.classroom import job_for
from autograder.grade.feedback_text import told
from autograder.grade.record import data_files, submission_key
from autograder.grade.retrain import Retrainer, files_for
from autograder.grade.runner import collected, run_suite
from autograder.grade.submission import Submission
from autograder.grade.submission_grader import grade_one
from autograder.sandbox.client.sandbox import Sandbox
from autograder.sandbox.limits import Limits
from autograder.stages import KIT, find_stage, stages
from autograder.stages.gated import recipe
from tests import classroom

STAGE = find_stage("4-gated")
SOLUTION = STAGE.solution.read_text(encoding="utf-8")
RNN, LSTM, GRU = recipe.FILES["4.7"]
# Tests of task 4.7 that need trained models, and those that do not.
WITH_MODELS = {"test_agreement_weights_can_be_loaded", "test_trained_lstm_follows_the_subject",
               "test_trained_gru_follows_the_subject", "test_trained_rnn_follows_a_near_subject"}
WITHOUT = {"test_error_is_the_mean_of_singular_and_plural", "test_error_of_each_kind_of_model",
           "test_equal_logits_count_as_wrong", "test_logits_are_compared_and_not_probabilities"}
IDLE = "def train(model, batches, lr, threshold):\n    return []\n"


@pytest.fixture(scope="module")
def sandbox():
    """A sandbox for stage 4 in which a training that has no end is soon over."""
    made = Sandbox(preload=STAGE.info.preload, limits=Limits(train_cpu=60.0))
    made.start()
    yield made
    made.close()


@pytest.fixture
def short(monkeypatch):
    """Eight batches a model: enough to tell weights apart."""
    whole = recipe.training

    def training(file):
        plan = whole(file)
        name, (batches, *rest) = plan.train
        return replace(plan, train=(name, (batches[:8], *rest)))

    monkeypatch.setattr(recipe, "training", training)


def with_code(text: str) -> dict[str, bytes]:
    """The files of a submission: the model answers with some of them written over, and good weights of another origin."""
    return {STAGE.info.file: f"{SOLUTION}\n\n{text}".encode()} | STAGE.trained()


def retrainer(sandbox, text: str = "") -> Retrainer:
    """One that has lent the stage's modules to the recipe, as `run_suite` does."""
    from autograder.checks.layout import expose_handout_modules

    expose_handout_modules(STAGE.suite, STAGE.info)
    return Retrainer(STAGE, sandbox, files_for(STAGE, {"files": with_code(text), "retrain": True}))


def verdicts(sandbox, files: dict[str, bytes], retrain: bool = True) -> dict:
    """The verdicts of task 4.7 by test."""
    files = files_for(STAGE, {"files": files, "retrain": retrain})
    backend = SandboxBackend(STAGE, sandbox, files, 1)
    if retrain:
        backend.retrainer = Retrainer(STAGE, sandbox, files)
    try:
        results = run_suite(STAGE, backend, only="4.7")
    finally:
        backend.close()
    assert {result.verdict.test for result in results} == WITH_MODELS | WITHOUT
    return {result.verdict.test: result.verdict for result in results}


def hidden_words(verdict) -> str:
    """What a student reads of a hidden test that failed."""
    return "\n".join(told(asdict(verdict) | {"visibility": "hidden"}))


def test_right_code_gets_all_points_without_a_file_of_weights(sandbox):
    """Trained as the notebook does, in full."""
    found = verdicts(sandbox, {STAGE.info.file: SOLUTION.encode()})
    assert {test: verdict.outcome for test, verdict in found.items()} == dict.fromkeys(found, "passed")


def test_without_it_the_weights_handed_in_are_graded(sandbox):
    """And where they are missing, the points are lost."""
    idle = with_code(IDLE)
    assert all(verdict.outcome == "passed" for verdict in verdicts(sandbox, idle, retrain=False).values())
    alone = verdicts(sandbox, {STAGE.info.file: idle[STAGE.info.file]}, retrain=False)
    assert {test for test, verdict in alone.items() if verdict.outcome == "passed"} == WITHOUT


def test_a_train_that_does_nothing_loses_the_points_whatever_weights_come_with_it(sandbox):
    """The weights that were handed in are good; they are not looked at."""
    found = verdicts(sandbox, with_code(IDLE))
    lost = {test for test, verdict in found.items() if verdict.outcome != "passed"}
    assert lost == WITH_MODELS - {"test_agreement_weights_can_be_loaded"}
    assert "for each other" in found["test_trained_lstm_follows_the_subject"].message


def test_weights_that_were_handed_in_are_out_of_reach(sandbox, short):
    """A train that loads them finds no file."""
    found = verdicts(sandbox, with_code("def train(model, batches, lr, threshold):\n"
                                     "    model.load_state_dict(torch.load('agreement_lstm.pt'))\n    return []\n"))
    assert {test for test, verdict in found.items() if verdict.outcome == "error"} == WITH_MODELS
    verdict = found["test_trained_lstm_follows_the_subject"]
    assert verdict.message.startswith("training your agreement LSTM model ended with FileNotFoundError: ")
    assert "agreement_lstm.pt" in verdict.trace and verdict.points == 0
    assert hidden_words(verdict).startswith("training your agreement LSTM model ended with FileNotFoundError in train")


def test_a_training_without_an_end_runs_out_of_time_and_costs_its_own_models_alone(sandbox, short, monkeypatch):
    """The LSTM's; the RNN's tests, and those that need no model, are passed. A second one is waited for less long."""
    monkeypatch.setattr(sandbox, "limits", replace(sandbox.limits, train_cpu=4.0))
    trained = retrainer(sandbox, "_train = train\n\ndef train(model, batches, lr, threshold):\n"
                              "    while not isinstance(model.cell, RNNCell):\n        pass\n"
                              "    return _train(model, batches, lr, threshold)\n")
    trained.prepare("4.7")
    assert set(trained._weights) == {RNN} and set(trained._problems) == {LSTM, GRU}
    for file, seconds, name in ((LSTM, 4, "LSTM"), (GRU, 1, "GRU")):
        words = f"^training your agreement {name} model: more than {seconds} seconds? of CPU time"
        with pytest.raises(LimitExceeded, match=words) as caught:
            trained.load(None, file)
        assert caught.value.kind == "cpu"


def test_a_training_that_sleeps_is_not_waited_for_long(sandbox, short, monkeypatch):
    """Its clock is the wall's."""
    monkeypatch.setattr(sandbox, "limits", replace(sandbox.limits, train_cpu=0.5))
    trained = retrainer(sandbox, "import time\n\ndef train(model, batches, lr, threshold):\n    time.sleep(1000)\n")
    trained.prepare("4.7")
    with pytest.raises(LimitExceeded, match="training your agreement RNN model: no answer within 1 seconds"):
        trained.load(None, RNN)


def test_a_timeout_is_the_verdict_of_the_tests_that_need_the_model(sandbox, short, monkeypatch):
    """And its sentence is told for hidden tests too."""
    monkeypatch.setattr(sandbox, "limits", replace(sandbox.limits, train_cpu=0.4))
    found = verdicts(sandbox, with_code("def train(model, batches, lr, threshold):\n    while True:\n        pass\n"))
    assert {test for test, verdict in found.items() if verdict.outcome == "timeout"} == WITH_MODELS
    assert {test for test, verdict in found.items() if verdict.outcome == "passed"} == WITHOUT
    assert hidden_words(found["test_trained_gru_follows_the_subject"]).startswith("training your agreement GRU model: more than")


@pytest.mark.parametrize("text, outcome, words", [
    ("def train(model, batches, lr, threshold):\n    raise NotImplementedError('Task 4.4: train is yours to write')\n",
     "not_implemented", "training your agreement RNN model: Task 4.4: train is yours to write"),
    ("del train\n", "failed", "train is not defined in gated.py"),
    ("def LanguageModel(*sizes):\n    return None\n", "failed", "LanguageModel does not make a torch.nn.Module"),
    ("def train(model, batches, lr, threshold):\n    model.output.bias.data.fill_(float('nan'))\n", "failed",
     "your agreement RNN model, trained again, has Inf or NaN among its weights"),
    ("def train(model, batches, lr, threshold):\n    LanguageModel.state_dict = lambda self: {'W': 'all of it'}\n", "failed",
     "your agreement RNN model, trained again, does not give its weights"),
    ("def train(model, batches, lr, threshold):\n    import os\n    os._exit(0)\n", "error",
     "training your agreement RNN model ended with Died: "),
])
def test_what_ends_a_training_is_told(sandbox, short, text, outcome, words):
    """Once a model, in one sentence."""
    backend = SandboxBackend(STAGE, sandbox, {}, 1)
    trained = retrainer(sandbox, text)
    trained.prepare("4.7")
    with pytest.raises(Exception) as caught:
        trained.load(None, RNN)
    error = caught.value
    assert backend.outcome(error) == outcome
    name = getattr(error, "type_name", "")
    assert (f"{name}: {error.message}" if name else str(error)).startswith(words)


def test_the_same_code_gives_the_same_weights_to_the_byte(sandbox, short, monkeypatch):
    """Whatever random numbers were drawn before; and another seed gives others."""
    def weights() -> dict[str, bytes]:
        trained = retrainer(sandbox)
        trained.prepare("4.7")
        assert set(trained._weights) == {RNN, LSTM, GRU} and not trained._problems
        return {file: b"".join(value.numpy().tobytes() for value in state.values())
                for file, state in trained._weights.items()}

    first = weights()
    torch.rand(7)
    assert weights() == first
    plan = recipe.training(GRU)
    monkeypatch.setattr(recipe, "training", lambda file: replace(plan, seed=plan.seed + 1))
    assert weights()[GRU] != first[GRU]


def test_models_are_trained_once_and_only_for_tasks_that_need_them(sandbox, short):
    """A task without models trains none; a second test trains none again."""
    trained = retrainer(sandbox)
    trained.prepare("4.4")
    assert not trained._weights
    trained.prepare("4.7")
    before = dict(trained._weights)
    trained.prepare("4.7")
    assert all(trained._weights[file] is before[file] for file in recipe.FILES["4.7"])


def test_the_recipe_trains_every_file_that_is_handed_in():
    """The stage's `extras` are its weights."""
    files = sorted(file for files in recipe.FILES.values() for file in files)
    assert files == sorted(STAGE.info.submission_files) == sorted(STAGE.trained())
    assert [stage.id for stage in stages() if stage.has_recipe] == ["4-gated"]


def test_the_key_of_a_record_says_whether_models_were_trained(tmp_path):
    """For a stage that has some; the keys of the others stay what they are."""
    one = Submission("ada", STAGE.id, {STAGE.info.file: b""}, b"{}")
    assert submission_key(one, "sandbox", 1, retrain=True) != submission_key(one, "sandbox", 1)
    classroom.hand_in(tmp_path, "ada")
    measure.hand_in(tmp_path, STAGE, {"ada": SOLUTION})
    plain, trained = (job_for(tmp_path, STAGE.id, "ada", "sandbox", retrain=retrain) for retrain in (False, True))
    assert plain["key"] != trained["key"] and (plain["retrain"], trained["retrain"]) == (False, True)
    plain, trained = (job_for(tmp_path, "1-bptt", "ada", "sandbox", retrain=retrain) for retrain in (False, True))
    assert plain == trained and not trained["retrain"]


def test_the_data_that_models_are_trained_and_tested_on_decide_the_key():
    """Settings, loader, and every file of the data sets, the hidden ones among them."""
    names = {path.relative_to(KIT).as_posix() for path in data_files(STAGE)}
    assert {"datasets/longrange/loader.py", "datasets/longrange/settings.py", "datasets/tickets/hidden/test.tsv",
            "datasets/agreement/public/train.tsv"} <= names
    assert data_files(find_stage("1-bptt")) == []


def test_the_record_says_so(sandbox, short):
    """Also of a submission of which nothing could be run."""
    files = {STAGE.info.file: b"def broken(:\n"}
    job = {"student": "x", "stage": STAGE.id, "files": files, "problem": "", "notes": [], "key": "", "seed": 1}
    jobs = [job | more for more in ({"retrain": True}, {"retrain": False}, {})]
    records = collected(STAGE, lambda suite: [grade_one(job, sandbox, suite) for job in jobs])
    assert [record["retrain"] for record in records] == [True, False, False]


def test_from_the_command_line_to_the_page(tmp_path):
    """RETRAIN=1 grades again what was graded on weights, once; without it the weights count again. Stage 1 is left alone."""
    def grade(*words: str) -> tuple[str, dict, dict]:
        result = CliRunner().invoke(main, ["grade", "--course", str(tmp_path), "--jobs", "1", *words])
        assert result.exit_code == 0, result.output
        record = json.loads((tmp_path / "results" / STAGE.id / "eve.json").read_text(encoding="utf-8"))
        return result.output, record, classroom.state(tmp_path / "results" / "1-bptt")

    def page() -> str:
        return (tmp_path / "feedback" / "eve" / STAGE.id / f"{STAGE.id}.html").read_text(encoding="utf-8")

    classroom.hand_in(tmp_path, "eve")
    measure.hand_in(tmp_path, STAGE, {"eve": f"{SOLUTION}\n\n{IDLE}"})
    output, plain, untouched = grade()
    assert "RETRAIN" not in output and not plain["retrain"] and "trained again" not in page()
    output, trained, still = grade("--retrain")
    assert "1 graded now, 1 unchanged" in output
    assert "1 submission graded with RETRAIN=1: on models trained again by the submitted code" in " ".join(output.split())
    assert trained["retrain"] and trained["key"] != plain["key"] and still == untouched
    lost = {test["test"] for test in trained["tests"] if test["task"] in ("4.6", "4.7") and not test["points"]}
    assert len(lost) == 6 and all(test["points"] for test in plain["tests"] if test["test"] in lost)
    assert "the weights you handed in were not used" in page()
    output, again, _ = grade("--retrain")
    assert "0 graded now, 2 unchanged" in output and again == trained
    output, back, _ = grade()
    assert "1 graded now, 1 unchanged" in output and back == plain and "trained again" not in page()
    output, *_ = grade("--retrain", "--stage", "1-bptt")
    assert "RETRAIN=1 changed nothing: no trained models belong to what was graded." in output
