"""How the six models of the notebook are trained.

`spread.py` trains the model answers by it, and the grader a student's own code, when RETRAIN=1 asks for it.
"""

from __future__ import annotations

import importlib
from functools import lru_cache
from typing import Any

from autograder.grade.retrain import Training

# The notebook's own: of the order of the batches and of the start of the weights.
SEED = 0
NAMES = {"4.6": "tickets", "4.7": "agreement"}
CELLS = ("rnn", "lstm", "gru")
# The files of each task's models.
FILES = {task: tuple(f"{name}_{cell}.pt" for cell in CELLS) for task, name in NAMES.items()}


def training(file: str, seed: int = SEED) -> Training:
    """How the model behind one of these files comes to be."""
    name, _, cell = file.removesuffix(".pt").partition("_")
    chosen = getattr(importlib.import_module("settings"), name.upper())
    words = importlib.import_module("data").Vocabulary.load(name)
    size = (len(words), chosen.embedding_size, chosen.hidden_size, cell, chosen.memory_bias)
    return Training(f"{name} {cell.upper()}", seed, ("LanguageModel", size),
                    ("train", (batches(name, seed), chosen.lr, chosen.threshold)))


@lru_cache(maxsize=4)
def batches(name: str, seed: int, times: int = 1) -> list[tuple[Any, ...]]:
    """The batches of a task, `times` as many as it asks for: the same for its three models."""
    data, settings = importlib.import_module("data"), importlib.import_module("settings")
    words, chosen = data.Vocabulary.load(name), getattr(settings, name.upper())
    steps = times * chosen.steps
    if name == "tickets":
        return data.tickets_batches(words, chosen.batch_size, steps, seed, settings.BLANK_WEIGHT)
    return data.agreement_batches(words, chosen.batch_size, steps, seed)
