"""Rules that need no memory or no syntax, as if they were trained models: each must fail each test of trained weights.

A rule answers at the blank or at the verb and knows nothing of other words. That is enough against the tests of the gated
models. Those of the plain RNN ask whether it has learned the words; an n-gram of words passes them, as it should.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from autograder.checks import Mismatch
from autograder.checks.layout import expose_handout_modules
from autograder.stages import KIT, find_stage

Model = Callable[[torch.Tensor], torch.Tensor]


def answering(answers: dict[tuple[int, ...], int], size: int) -> Model:
    """A model that gives one word the largest logit after each of these texts, and no word any anywhere else."""

    def model(tokens: torch.Tensor) -> torch.Tensor:
        logits = torch.zeros(*tokens.shape, size)
        for row, ids in enumerate(tokens.tolist()):
            for end in range(1, len(ids) + 1):
                if tuple(ids[:end]) in answers:
                    logits[row, end - 1, answers[tuple(ids[:end])]] = 1.0
        return logits

    return model


def rules() -> Iterator[tuple[str, str, Model]]:
    """Task, name and model of each rule, over the hidden texts."""
    if str(KIT / "datasets") not in sys.path:
        sys.path.append(str(KIT / "datasets"))
    report = importlib.import_module("longrange.report")
    data = importlib.import_module("data")
    for task, column, named in (("tickets", "text", report.tickets_rules()), ("agreement", "prefix", report.agreement_rules())):
        words = data.Vocabulary.load(task)
        rows = data.read_rows(KIT / "datasets" / task / "hidden" / "test.tsv")
        texts = [tuple(words.encode(row[column].removesuffix(data.BLANK))) for row in rows]
        for name, rule in named.items():
            if task == "tickets":
                answers = [words.ids[rule(row)] for row in rows]
            else:
                answers = [words.ids[row["right" if rule(row) else "wrong"]] for row in rows]
            yield task, name, answering(dict(zip(texts, answers)), len(words))


def passed() -> tuple[list[str], int]:
    """The tests of trained weights that a rule passes, in words, and how many rules were tried."""
    stage = find_stage("4-gated")
    expose_handout_modules(stage.suite, stage.info)
    hidden = importlib.import_module("autograder.stages.gated.hidden")
    tests = [(test.pytestmark[0].args[0], name, test) for name, test in vars(hidden).items() if name.startswith("test_trained_")]
    # Of no use as cells, so that the model itself is judged, as it is where a student's cells are wrong.
    no_cells = dict.fromkeys(("RNNCell", "LSTMCell", "GRUCell"), lambda *sizes: torch.nn.Identity())
    found, tried = [], 0
    for task, rule, model in rules():
        tried += 1
        pretender: Any = SimpleNamespace(LanguageModel=lambda *sizes, model=model: model, accuracy_by_distance=lambda *_: {},
                                         error_by_attractors=lambda *_: {}, **no_cells)
        weights = SimpleNamespace(load=lambda model, file: None)
        for number, name, test in tests:
            if {"4.6": "tickets", "4.7": "agreement"}[number] == task:
                try:
                    test(pretender, weights, np.random.default_rng(0))
                except Mismatch:
                    continue
                found.append(f"the rule {rule!r} passes {name}")
    return found, tried
