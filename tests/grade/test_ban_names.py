"""Names by which torch's recurrent code can be reached are found in the text of a submission; those of right answers are none."""

import pytest

from autograder.grade.ban_names import banned_names, note_on_ban
from autograder.stages import find_stage

STAGE = find_stage("4-gated")


@pytest.mark.parametrize("source", [
    "import torch.nn as N\nclass A(N.LSTMCell): pass", "from torch.nn import GRU as G", "T = __import__('torch')",
    "import torch\nf = getattr(torch, 'ls' + 'tm')", "import torch\nt = torch\nt.lstm(1)", "exec('x = 1')",
    "from torch import nn\nlayer = nn.LSTM(2, 3)", "import torch\nop = torch.ops.aten.gru_cell", "cell = op.decompose(x)",
    "from torch._decomp import decompositions as d", "from checks.ban import install\ninstall().lifted()",
    "import torch\nvars(torch)['gru_cell']", "import torch\ntorch.__dict__['x']", "from torch.nn.modules import rnn",
    "table = {'a': 'lstm_cell'}", "import torch as t\nt._VF.gru", "import importlib\nimportlib.import_module('x')",
])
def test_ways_to_the_recurrent_code_are_found(source):
    """By import, by attribute, by another name for torch, by text."""
    assert banned_names(source)


@pytest.mark.parametrize("name", ["model answers", *STAGE.alternatives()])
def test_a_right_answer_is_not_suspected(name):
    """Its own cells bear torch's names, and it may pad sequences."""
    source = STAGE.solution.read_text(encoding="utf-8") if name == "model answers" else STAGE.alternatives()[name]
    assert banned_names(source) == []


def test_the_note_says_where_to_look():
    """Names with their lines, once each, and what to look for."""
    (note,) = note_on_ban("import torch\ncell = torch.ops.aten.lstm_cell.default\n", "gated.py")
    assert "torch.ops.aten.lstm_cell (line 2)" in note and "student's own" in note
    assert note_on_ban("net.eval()\nx = getattr(net, 'cell')\n", "gated.py") == []


@pytest.mark.parametrize("source", ["def f(:", "(" * 100_000, "\0", "x = " + "-" * 50_000 + "1"])
def test_a_text_that_does_not_parse_has_no_names(source):
    """That it does not load is told elsewhere."""
    assert banned_names(source) == []
