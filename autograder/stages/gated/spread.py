"""What the stage's settings reach, from seed to seed: the ground of the limits in `hidden.py`.

    python -m autograder.stages.gated.spread 20          one line a model
    python -m autograder.stages.gated.spread 1 --save    also keeps the weights of seed 0 in checkpoints/

A change of the data or of the settings calls for both.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
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


def main(seeds: int, save: bool) -> None:
    """Train, measure, print; keep the weights of seed 0 when asked to."""
    torch.set_num_threads(1)
    for seed in range(seeds):
        for file, model in trained_models(seed):
            print(f"seed {seed}  {file:18}  {measured(file, model)}", flush=True)
            if save and seed == 0:
                torch.save(model.state_dict(), find_stage("4-gated").suite / "checkpoints" / file)


if __name__ == "__main__":
    main(int(sys.argv[1]), "--save" in sys.argv)
