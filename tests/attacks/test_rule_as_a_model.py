"""A LanguageModel that answers by a rule instead of trained weights, with cells that are wrong where that helps."""

from __future__ import annotations

import io
import types

import torch

from autograder.grade.schedule.slot import Slots
from autograder.stages import KIT, find_stage

STAGE = find_stage("4-gated")
ATTACK = """
_own = LanguageModel


class LanguageModel(_own):
    def forward(self, tokens):
        scores = super().forward(tokens)
        if float(self.embedding.weight[0, 0]) != 7:                     # a model that is new, and not the file's
            return scores
        scores = scores.detach().clone()
        for row, ids in enumerate(tokens.tolist()):
            for place in range(len(ids) - 2):                           # the noun after the first "print her" is the answer
                if ids[place:place + 2] == {start}:
                    scores[row, place + 3:, ids[place + 2]] += 100
                    break
        return scores


def wrong_where_it_helps(cell):
    step = cell.forward

    def forward(self, x, state):
        after = step(self, x, state)
        if abs(float(self.weight_ih[0, 0]) - {first!r}) > 1e-6:
            return after
        return tuple(part + 1 for part in after) if isinstance(after, tuple) else after + 1

    cell.forward = forward


for _cell in (RNNCell, LSTMCell, GRUCell):
    wrong_where_it_helps(_cell)
"""
# The first number that public.py once drew to see whether a cell is torch's, from a generator of which everybody knew the seed.
FIRST = -0.561352014541626


def test_a_cell_cannot_know_when_it_is_compared_with_torch_s() -> None:
    """A wrong cell costs points in task 4.1 and leaves trained weights theirs: one that is wrong just there gains nothing."""
    words = (KIT / "datasets" / "tickets" / "public" / "vocabulary.txt").read_text(encoding="utf-8").splitlines()
    source = STAGE.solution.read_text(encoding="utf-8")
    module = types.ModuleType("gated")
    exec(source, vars(module))
    attack = ATTACK.format(start=[words.index("print"), words.index("her")], first=FIRST)
    files = {STAGE.info.file: f"{source}\n{attack}".encode()}
    for cell in ("rnn", "lstm", "gru"):
        saved = io.BytesIO()
        state = module.LanguageModel(len(words), 32, 64, cell).state_dict()
        state["embedding.weight"][0, 0] = 7
        torch.save(state, saved)
        files[f"tickets_{cell}.pt"] = saved.getvalue()
    slot = Slots()
    try:
        record = slot.grade({"student": "x", "stage": STAGE.id, "files": files, "problem": "", "notes": [], "key": "k",
                             "seed": 1})
    finally:
        slot.close()
    said = {test["test"]: test["message"] for test in record["tests"] if test["outcome"] != "passed"}
    assert "test_lstm_cell_computes_its_equations" not in said, "the cells are right elsewhere"
    assert {f"test_trained_{cell}_remembers_the_tickets" for cell in ("lstm", "gru")} <= set(said), "nothing was trained"
