"""The compiler of torch is loaded by who uses it, and not by an optimizer."""

from __future__ import annotations

import subprocess
import sys

import pytest

from autograder.sandbox.client.sandbox import Sandbox
from autograder.sandbox.client.worker import Submission
from tests.sandbox.conftest import call, no_answer

STEPS = """
import sys, torch
loaded = lambda: "torch._dynamo.eval_frame" in sys.modules
weight = torch.nn.Parameter(torch.ones(2))
def steps():
    found = []
    for kind in (torch.optim.Adam, torch.optim.AdamW, torch.optim.SGD, torch.optim.RMSprop):
        weight.data.fill_(1.0)
        optimizer = kind([weight], lr=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            (weight**3).sum().backward()
            torch.nn.utils.clip_grad_norm_([weight], 1.0)
            optimizer.step()
        found += weight.tolist()
    return found
"""
LATER = "from autograder.sandbox.later import load_compiler_later as later; later();"
USES = {
    "compiled": "assert torch.compile(lambda x: 2 * x, backend='eager')(weight).tolist() == [2 * x for x in weight.tolist()]",
    "a module below": "import torch._dynamo.config as c; assert c is torch._dynamo.config is sys.modules[c.__name__]; "
                      "assert type(c.__spec__.loader).__name__ == 'SourceFileLoader'",
    "a name in a module below": "from torch._dynamo.testing import CompileCounter",
    "a name": "from torch._dynamo import optimize",
}


def said(code: str) -> str:
    """What a new interpreter prints."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_optimizers_step_as_with_the_compiler_and_do_not_load_it() -> None:
    code = STEPS + "print(steps())\nprint(loaded())"
    with_it, without = said(code).splitlines(), said(LATER + code).splitlines()
    assert with_it[0] == without[0] and (with_it[1], without[1]) == ("True", "False")


@pytest.mark.parametrize("use", USES)
def test_whoever_uses_it_has_the_real_one(use: str) -> None:
    """Also after an optimizer's steps, which go on as before, and look for packages, for which Python asks all finders."""
    end = "\nassert before == steps() and sys.modules['torch._dynamo'] is torch._dynamo\nprint(loaded())"
    look = "import importlib.metadata; importlib.metadata.version('torch'); assert not loaded()\n"
    assert said(f"{LATER}{STEPS}before = steps()\n{look}{USES[use]}{end}") == "True\n"


def test_a_worker_has_it_when_it_asks() -> None:
    sandbox = Sandbox(preload=("torch", "torch.optim", "torch._dynamo"))
    sandbox.start()
    try:
        source = STEPS + "def first(): return steps(), loaded()\ndef second(): return torch._dynamo.config.verbose, loaded()\n"
        worker = sandbox.worker(Submission({"work.py": source.encode()}, "work"), no_answer)
        worker.load()
        worker.reset(1, ())
        assert call(worker, "first")[1] is False
        assert tuple(call(worker, "second")) == (False, True)
        worker.close()
    finally:
        sandbox.close()
