"""Right answers whose functions do more than asked, in other containers, with files beside them: right at home and when graded.

Also: the right versions that stand in for an earlier stage's functions take what the mathematics allows.
"""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from autograder.grade.backends.sandboxed import SandboxBackend
from autograder.grade.course import SEED
from autograder.grade.runner import collected
from autograder.sandbox.client.sandbox import Sandbox
from autograder.stages import RELEASE, find_stage
from autograder.stages.bptt import right
from tests.classroom import run

BPTT, VANISHING, CLIPPING = map(find_stage, ("1-bptt", "2-vanishing", "3-clipping"))


def text(stage, old="", new=""):
    """The model answers of a stage, changed in one place."""
    source = stage.solution.read_text(encoding="utf-8")
    assert old in source
    return source.replace(old, new, 1)


def alternative(stage, name):
    return stage.alternatives()[name.replace("_", "-")]


ROWS_AT_ONCE = text(BPTT) + '''

def dL_dz(y_hat, y):
    """One row, or all of them."""
    grad = np.array(y_hat, dtype=float)
    if grad.ndim == 1:
        grad[y] -= 1
    else:
        grad[np.arange(len(grad)), y] -= 1
    return grad


def bptt(params, x, y, h, y_hat):
    dz, da, carry = dL_dz(y_hat, y), np.zeros((len(x), len(params["b"]))), 0.0
    for t in range(len(x), 0, -1):
        da[t - 1] = (1 - h[t] ** 2) * (dz[t - 1] @ params["W_y"] + carry)
        carry = da[t - 1] @ params["W_h"]
    return {"W_x": da.T @ x, "W_h": da.T @ h[:-1], "b": da.sum(axis=0), "W_y": dz.T @ h[1:], "h_0": carry}
'''
OWN_AXIS = text(BPTT) + '''

def softmax(z, axis=0):
    e = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def forward(params, x, h_0):
    h = [np.asarray(h_0, dtype=float)]
    for x_t in x:
        h.append(np.tanh(params["W_h"] @ h[-1] + params["W_x"] @ x_t + params["b"]))
    z = np.array(h[1:]) @ params["W_y"].T
    return np.array(h), z, softmax(z, axis=1)
'''
OWN_TYPES = text(BPTT) + '''

import collections
import functools

Run = collections.namedtuple("Run", "h z y_hat")
_forward = forward


def logged(function):
    @functools.wraps(function)
    def wrapper(*given, **named):
        return function(*given, **named)
    wrapper.calls = []
    return wrapper


@logged
def forward(params, x, h_0):
    return Run(*_forward(params=params, x=x, h_0=h_0))


TABLE = {"one": lambda y_hat_t, y_t: np.float32(-np.log(float(y_hat_t[y_t]))) * np.float64(1)}


def cross_entropy(y_hat_t, y_t):
    return np.float64(-np.log(y_hat_t[y_t]))


@logged
def relative_error(a, b):
    scale = np.longdouble(np.linalg.norm(a)) + np.linalg.norm(b)
    return np.longdouble(0) if scale == 0 else np.linalg.norm(a - b) / scale
'''
DEFAULT_T = text(VANISHING) + '''

def jacobian_norms(h, W_h, t=None):
    t = len(h) - 1 if t is None else t
    norms, product = np.ones(t + 1), np.eye(len(W_h))
    for k in range(t, 0, -1):
        product = product @ bptt.dh_dh_prev(h_t=h[k], W_h=W_h)
        norms[k - 1] = np.linalg.norm(product, 2)
    return norms


def sweep(radii, hidden_size, length, seeds):
    rows = []
    for radius in radii:
        logs = []
        for seed in seeds:
            rng = np.random.default_rng(seed)
            W_h = rescale(rng.standard_normal((hidden_size, hidden_size)), radius)
            h = [rng.uniform(-0.1, 0.1, hidden_size)]
            for _ in range(length):
                h.append(np.tanh(W_h @ h[-1]))
            logs.append(np.log(jacobian_norms(np.array(h), W_h)[::-1]))
        rows.append(np.exp(np.mean(logs, axis=0)))
    return np.array(rows)
'''
BATCHES = text(VANISHING) + '''

def early_gradients(params, sequences, targets):
    norms = []
    for x, target in zip(sequences, targets):
        h, _, y_hat = bptt.forward(params, x=x[None], h_0=np.zeros((1, len(params["b"]))))
        error = bptt.dL_dz(y_hat[:, -1], np.array([target])) @ params["W_y"]
        norms.append(np.linalg.norm(error[0] @ bptt.dh_dh(h, params["W_h"], t=len(x), k=1)[0]))
    return norms
'''
SKIPS = text(CLIPPING) + '''

def global_norm(grads, skip=()):
    values = [np.asarray(value, dtype=float).ravel() for name, value in grads.items() if name not in skip]
    values = np.concatenate(values) if values else np.zeros(1)
    largest = np.max(np.abs(values), initial=0.0)
    if largest == 0 or not np.isfinite(largest):
        return float(largest)
    return float(largest * np.sqrt(np.sum((values / largest) ** 2)))


def clip_by_norm(grads, threshold):
    if threshold <= 0:
        raise ValueError("threshold")
    norm = global_norm(grads, skip=("no such name",))
    scale = threshold / norm if np.isfinite(norm) and norm >= threshold else 1.0
    return {name: value * scale if scale != 1.0 else np.array(value) for name, value in grads.items()}, norm
'''
# A name, the stage, and the files that are handed in.
CASES = {
    "dL_dz of all rows at once": (BPTT, {"bptt.py": ROWS_AT_ONCE}),
    "softmax with an axis": (BPTT, {"bptt.py": OWN_AXIS}),
    "a namedtuple, a decorator and numbers of NumPy": (BPTT, {"bptt.py": OWN_TYPES}),
    "other containers": (BPTT, {"bptt.py": alternative(BPTT, "other_containers")}),
    "a file that checks itself": (BPTT, {"bptt.py": "import sys\nsys.stdout.reconfigure(encoding='utf-8')\n" + text(BPTT)
                                         + "\nfrom checks import check, prepare\n\nprepare()\ncheck('1.1')\n"}),
    "helpers and data beside it": (BPTT, {
        "bptt.py": "import json\nfrom pathlib import Path\n\nfrom helpers.steps import slope\nimport more\n"
                   + text(BPTT, "(1 - h_t**2)[:, None] * W_h", "slope(h_t)[:, None] * W_h") + "\nhere = Path(__file__).parent\n"
                   "ONE = json.loads((here / 'one.json').read_text())['one'] * more.ONE\n\n\n"
                   "def dz_dh(W_y):\n    return ONE * W_y\n",
        "helpers/__init__.py": "", "helpers/steps.py": "from .one import ONE\n\n\ndef slope(h_t):\n    return ONE - h_t**2\n",
        "helpers/one.py": "ONE = 1\n", "more.py": "ONE = 1.0\n", "one.json": '{"one": 1}'}),
    "a default t": (VANISHING, {"vanishing.py": DEFAULT_T}),
    "an earlier stage's functions on a batch, by keyword": (VANISHING, {"vanishing.py": BATCHES}),
    "a complex step through an earlier stage's forward": (VANISHING, {"vanishing.py": alternative(VANISHING, "complex_step")}),
    "other containers in stage 2": (VANISHING, {"vanishing.py": alternative(VANISHING, "other_containers")}),
    "a norm that can skip a name": (CLIPPING, {"clipping.py": SKIPS}),
}
# What stands beside a later stage's file at home: functions that take batches.
OF_STAGE_1 = {"bptt.py": Path(right.__file__).read_text(encoding="utf-8")}


@pytest.fixture(scope="module")
def sandboxes():
    """``sandboxes(stage)`` is a started sandbox for it."""
    made = {}

    def of(stage):
        if stage.id not in made:
            made[stage.id] = Sandbox(preload=stage.info.preload)
            made[stage.id].start()
        return made[stage.id]

    yield of
    for one in made.values():
        one.close()


def at_home(folder, stage, files):
    """What the public tests say in the folder that students have: test name to outcome and message."""
    for one in (stage, *map(find_stage, stage.info.requires_stages)):
        shutil.copytree(RELEASE / one.id, folder / one.id)
    for name, content in files.items():
        (folder / stage.id / name).parent.mkdir(exist_ok=True)
        (folder / stage.id / name).write_text(content, encoding="utf-8")
    for one in map(find_stage, stage.info.requires_stages):
        (folder / one.id / one.info.file).write_text(OF_STAGE_1[one.info.file], encoding="utf-8")
    done = run(sys.executable, "-m", "checks", "--json", "found.json", cwd=folder / stage.id, MPLBACKEND="Agg")
    assert done.stderr == ""
    found = json.loads((folder / stage.id / "found.json").read_text(encoding="utf-8"))
    assert found["load_error"] == "" and found["problem"] == ""
    return {one["test"]: (one["outcome"], one["message"]) for one in found["verdicts"]}


def graded(sandbox, stage, files):
    """What all tests say in the sandbox."""
    sent = {name: content.encode() for name, content in files.items()} | stage.trained()
    backend = SandboxBackend(stage, sandbox, sent, SEED)
    try:
        results = collected(stage, lambda suite: suite.run(backend))
    finally:
        backend.close()
    return {one.verdict.test: (one.verdict.outcome, one.verdict.message) for one in results}


@pytest.mark.parametrize("name", CASES)
def test_it_is_right_at_home_and_gets_every_point(sandboxes, tmp_path, name):
    stage, files = CASES[name]
    home, there = at_home(tmp_path, stage, files), graded(sandboxes(stage), stage, files)
    assert {test: verdict for test, verdict in home.items() if verdict != ("passed", "")} == {}
    assert {test: verdict for test, verdict in there.items() if verdict != ("passed", "")} == {}
    assert home.keys() < there.keys()


def test_gradients_kept_between_calls_are_wrong_at_home_and_when_graded(sandboxes, tmp_path):
    """The public tests say the same of them, in the same words; those that call once pass in both places."""
    source = text(BPTT) + ('\n\n_bptt, _kept = bptt, {}\n\n\ndef bptt(params, x, y, h, y_hat):\n'
                           '    for name, grad in _bptt(params, x, y, h, y_hat).items():\n'
                           '        _kept[name] = _kept[name] + grad if np.shape(_kept.get(name)) == grad.shape else grad\n'
                           '    return dict(_kept)\n')
    home, there = at_home(tmp_path, BPTT, {"bptt.py": source}), graded(sandboxes(BPTT), BPTT, {"bptt.py": source})
    assert home == {test: verdict for test, verdict in there.items() if test in home}
    assert any(outcome == "failed" for outcome, _ in there.values())


def test_what_is_wrong_is_told_in_the_same_words_at_home_and_when_graded(sandboxes, tmp_path):
    """None, an exception of one's own, an argument changed, a value no test can look at, a number that is hardly wrong."""
    source = text(BPTT) + '''

class NoStep(LookupError):
    """Not a ValueError."""


def softmax(z):
    return (e for e in z)


def cross_entropy(y_hat_t, y_t):
    return -np.log(y_hat_t[y_t]) * (1 + 1e-8)


def dL_dz(y_hat_t, y_t):
    y_hat_t[y_t] -= 1
    return y_hat_t.copy()


def dz_dh(W_y):
    return None


def dh_dh(h, W_h, t, k):
    if k > t or t >= len(h):
        raise NoStep
    product = np.eye(len(W_h))
    for i in range(k + 1, t + 1):
        product = dh_dh_prev(h[i], W_h) @ product
    return product


def relative_error(a, b):
    raise NoStep()
'''
    home, there = at_home(tmp_path, BPTT, {"bptt.py": source}), graded(sandboxes(BPTT), BPTT, {"bptt.py": source})
    # A test of a later task may be run again with right versions, which there are none of at home.
    own = {test: verdict for test, verdict in there.items() if test in home and "graded with" not in verdict[1]}
    assert len(own) > len(home) / 2 and own == {test: home[test] for test in own}
    said = "\n".join(message for _, message in home.values())
    for words in ("a generator", "dL_dz(...) changed y_hat_t in place", "is None: the function ended without `return`",
                  "NoStep\n", "expected  ValueError"):
        assert words in said + "\n"
    assert "NoStep: \n" not in said


@pytest.mark.parametrize("lead", [(), (2,), (2, 3)], ids=str)
@pytest.mark.parametrize("kind", [float, complex], ids=["real", "complex"])
def test_what_stands_in_for_stage_1_gives_what_the_model_answers_give_for_each_of_many(lead, kind):
    """Leading axes and complex numbers: row by row the right versions agree with the model answers."""
    rng, model = np.random.default_rng(7), BPTT.reference()
    T, D, H, V = 4, 3, 2, 5
    params = {"W_x": rng.normal(size=(H, D)), "W_h": rng.normal(size=(H, H)), "b": rng.normal(size=H),
              "W_y": rng.normal(size=(V, H))}
    x, y, h_0 = (rng.normal(size=(*lead, T, D)).astype(kind), rng.integers(V, size=(*lead, T)),
                 rng.normal(size=(*lead, H)).astype(kind))
    if kind is complex:
        x += 1e-20j * rng.normal(size=x.shape)
    h, z, y_hat = right.forward(params, x, h_0)
    grads, terms = right.bptt(params, x, y, h, y_hat), right.term(params, x, y, h, y_hat, 3, 2)
    losses = right.cross_entropy(y_hat, y)
    for index in np.ndindex(lead):
        at = (x[index], y[index], h[index], y_hat[index])
        run_of_one = right.forward(params, x[index], h_0[index])
        for many, one in zip((h, z, y_hat), run_of_one, strict=True):
            np.testing.assert_allclose(many[index], one, rtol=1e-12)
        if kind is float:
            for own, one in zip(run_of_one, model.forward(params, x[index], h_0[index]), strict=True):
                np.testing.assert_allclose(own, one, rtol=1e-12)
            np.testing.assert_allclose(terms[index], model.term(params, *at, 3, 2), rtol=1e-10)
            for name, want in model.bptt(params, *at).items():
                np.testing.assert_allclose(grads[name][index], want, rtol=1e-10, atol=1e-14)
        for t in range(T):
            np.testing.assert_allclose(losses[index][t], -np.log(y_hat[index][t][y[index][t]]), rtol=1e-12)
    if kind is complex:  # the imaginary part is the derivative of the loss along the direction of x
        step = right.bptt(params, x.real, y, h.real, y_hat.real)
        assert np.iscomplexobj(h) and all(np.isfinite(value).all() for value in step.values())


def test_what_stands_in_refuses_what_the_model_answers_refuse():
    for t, k in ((1, 2), (4, 0), (2, -1)):
        with pytest.raises(ValueError):
            right.dh_dh(np.zeros((4, 2)), np.eye(2), t, k)
