"""What the stage's settings reach, from seed to seed: the ground of the limits in `hidden.py`.

    python -m autograder.stages.gated.spread 20          one line a model
    python -m autograder.stages.gated.spread 1 --save    also keeps the weights of seed 0 in checkpoints/
    python -m autograder.stages.gated.spread --weights FOLDER    measures weights that `python datasets baselines` kept

A change of the data or of the settings calls for both.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from autograder.checks.layout import expose_handout_modules
from autograder.stages import find_stage
from autograder.stages.gated.recipe import FILES, training


def trained_models(seed: int) -> Iterator[tuple[str, Any]]:
    """Each file's model, trained by the model answers."""
    stage = find_stage("4-gated")
    expose_handout_modules(stage.suite, stage.info)
    answers = stage.reference()
    for file in (file for files in FILES.values() for file in files):
        plan = training(file, seed)
        torch.manual_seed(plan.seed)
        name, arguments = plan.make
        model = getattr(answers, name)(*arguments)
        name, arguments = plan.train
        getattr(answers, name)(model, *arguments)
        yield file, model


@torch.no_grad()
def measured(file: str, model: Any) -> str:
    """What the hidden tests measure of a model."""
    from autograder.stages.gated import hidden

    if file.startswith("tickets"):
        return f"memory {hidden.memory(model):.3f}  nats a word {hidden.nats_a_word(model, hidden.near_stories()):.3f}"
    return (f"confusion with attractors {hidden.confusion(model, True):.3f}  without {hidden.confusion(model, False):.3f}  "
            f"nats a word {hidden.nats_a_word(model, hidden.agreement_sentences(False)):.3f}")


def kept_models(folder: Path) -> Iterator[tuple[str, str, Any]]:
    """Seed, file and model of weights kept by `python datasets baselines --weights FOLDER`: torch's cells, the same settings."""
    stage = find_stage("4-gated")
    expose_handout_modules(stage.suite, stage.info)
    answers = stage.reference()
    for path in sorted(folder.glob("*-*-*.pt")):
        name, cell, seed = path.stem.split("-")
        if f"{name}_{cell}.pt" in {file for files in FILES.values() for file in files}:
            sizes = training(f"{name}_{cell}.pt").make[1]
            model = answers.LanguageModel(*sizes)
            model.load_state_dict(torch.load(path, weights_only=True))
            yield seed, f"{name}_{cell}.pt", model


def main(arguments: list[str]) -> None:
    """Train, or take kept weights; measure, print; keep the weights of seed 0 when asked to."""
    torch.set_num_threads(1)
    if arguments[0] == "--weights":
        for kept, file, model in kept_models(Path(arguments[1])):
            print(f"seed {kept}  {file:18}  {measured(file, model)}", flush=True)
        return
    for seed in range(int(arguments[0])):
        for file, model in trained_models(seed):
            print(f"seed {seed}  {file:18}  {measured(file, model)}", flush=True)
            if "--save" in arguments and seed == 0:
                torch.save(model.state_dict(), find_stage("4-gated").suite / "checkpoints" / file)


if __name__ == "__main__":
    main(sys.argv[1:])
