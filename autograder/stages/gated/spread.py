"""What the stage's settings reach, from seed to seed: the ground of the limits in `hidden.py`.

    python -m autograder.stages.gated.spread 10          one line a model
    python -m autograder.stages.gated.spread 1 --save    also keeps the weights of seed 0 in checkpoints/

A change of the data or of the settings calls for both.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import torch

from autograder.checks.layout import lend_modules
from autograder.stages import find_stage


def trained_models(seed: int) -> dict[tuple[str, str], Any]:
    """The six models of the notebook, trained by the model answers."""
    stage = find_stage("4-gated")
    lend_modules(stage.suite, stage.info)
    gated, data, settings = stage.reference(), importlib.import_module("data"), importlib.import_module("settings")
    models = {}
    for task in ("tickets", "agreement"):
        words, chosen = data.Vocabulary.load(task), getattr(settings, task.upper())
        if task == "tickets":
            batches = data.tickets_batches(words, chosen.batch_size, chosen.steps, seed, settings.BLANK_WEIGHT)
        else:
            batches = data.agreement_batches(words, chosen.batch_size, chosen.steps, seed)
        for cell in settings.CELLS:
            torch.manual_seed(seed)
            model = gated.LanguageModel(len(words), chosen.embedding_size, chosen.hidden_size, cell, chosen.memory_bias)
            gated.train(model, batches, chosen.lr, chosen.threshold)
            models[task, cell] = model
    return models


@torch.no_grad()
def measured(task: str, model: Any) -> str:
    """What the hidden tests measure of a model."""
    from autograder.stages.gated import hidden

    if task == "tickets":
        return f"memory {hidden.memory(model):.3f}  nats a word {hidden.nats_a_word(model):.3f}"
    return (f"error without attractor {hidden.error_without_attractor(model):.3f}  "
            f"with attractors {hidden.error_with_attractors(model):.3f}")


def main(seeds: int, save: bool) -> None:
    """Train, measure, print; keep the weights of seed 0 when asked to."""
    torch.set_num_threads(1)
    for seed in range(seeds):
        for (task, cell), model in trained_models(seed).items():
            print(f"seed {seed}  {task:9} {cell:4}  {measured(task, model)}", flush=True)
            if save and seed == 0:
                torch.save(model.state_dict(), find_stage("4-gated").suite / "checkpoints" / f"{task}_{cell}.pt")


if __name__ == "__main__":
    main(int(sys.argv[1]), "--save" in sys.argv)
