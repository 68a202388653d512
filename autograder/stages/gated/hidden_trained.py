"""What the hidden tests of stage 4 share about trained models: unseen texts, what is measured on them, the limits."""

import importlib
from functools import cache

import numpy as np
import torch

from autograder.checks import expect_true
from autograder.stages import KIT
from autograder.stages.gated.public import all_logits, last_logits, sizes_of, trained


@cache
def hidden_items(task_name):
    """The items of a task that no student has seen."""
    data = importlib.import_module("data")
    read = {"tickets": data.tickets_items, "agreement": data.agreement_items}[task_name]
    return read(data.Vocabulary.load(task_name), KIT / "datasets" / task_name / "hidden" / "test.tsv")


def share_remembered(model, items):
    """Share of the blanks that a model fills with the right noun."""
    guesses = last_logits(model, [item["tokens"] for item in items]).argmax(dim=1)
    return float(np.mean([guess == item["target"] for guess, item in zip(guesses.tolist(), items)]))


def untrained(student, task_name, cell):
    """A new model of a task, as it is before training."""
    chosen = getattr(importlib.import_module("settings"), task_name.upper())
    return student.LanguageModel(*sizes_of(task_name), cell, chosen.memory_bias)


# Of the hidden texts a part is enough, spread evenly over nouns, distances, numbers and constructions. The limits below leave
# room on both sides of what `spread.py` measured on just these texts; `trivial.py` has the rules that must miss them.
NEAR, FAR = (5, 10, 15), (20, 30, 40, 60)
REMEMBERS = 0.60


def far_stories():
    """Stories whose blank is far from the noun."""
    return [item for item in hidden_items("tickets") if item["distance"] in FAR][::3]


def near_stories():
    """Stories whose blank is near to the noun."""
    return [item for item in hidden_items("tickets") if item["distance"] in NEAR][::13]


def agreement_sentences(with_attractors):
    """Sentences with one to four attractors, or with none: then all nouns after the subject have its number.

    In both kinds the subject is not always the first noun, and sentences come in pairs that differ in their numbers alone.
    """
    items = [item for item in hidden_items("agreement") if (item["attractors"] > 0) == with_attractors]
    every = 9 if with_attractors else 5  # no divisor of the 16 pairs of each kind, so that a part has all kinds
    return [item for place, item in enumerate(items) if place // 2 % every == 1]


def memory(model):
    """Share of the blanks of new stories that are filled rightly, far from the noun."""
    return share_remembered(model, far_stories())


def nats_a_word(model, items):
    """Mean cross-entropy of the words of new texts."""
    texts = [item["tokens"] for item in items if len(item["tokens"]) > 1]
    return float(np.mean([torch.nn.functional.cross_entropy(logits[:len(tokens) - 1], tokens[1:]).item()
                          for logits, tokens in zip(all_logits(model, texts), texts)]))


def plural_leads(model, items):
    """By how much the plural form of the verb is ahead of the singular one, in each sentence."""
    logits = last_logits(model, [item["tokens"] for item in items]).numpy()
    rows = np.arange(len(items))
    ahead = logits[rows, [item["right"] for item in items]] - logits[rows, [item["wrong"] for item in items]]
    return np.where([item["plural"] for item in items], ahead, -ahead)


def confusion(model, with_attractors):
    """How often a model takes two new sentences, a singular and a plural one, for each other.

    Over all such pairs, the share in which the plural form is ahead of the singular one by more in the singular sentence
    (1 - AUC). Unlike the error rate it does not depend on which of the two forms a model prefers in general, and it leaves a
    wider gap between plain and gated cells.
    """
    items = agreement_sentences(with_attractors)
    leads = plural_leads(model, items)
    singular, plural = (leads[[item["plural"] == number for item in items]] for number in (False, True))
    ahead, level = plural[:, None] > singular, plural[:, None] == singular
    return 1.0 - float(np.mean(ahead + 0.5 * level))  # so that NaN is on the wrong side


def measurable(student, checkpoints, rng, task_name, cell):
    """A trained model, as a function of tokens: see `trained`. The student's function of the task has run on it."""
    items = hidden_items(task_name)
    texts = [item["tokens"][:24] for item in items[7::len(items) // 4]]
    model, weights_alone = trained(student, checkpoints, rng, task_name, cell, texts)
    measure = student.accuracy_by_distance if task_name == "tickets" else student.error_by_attractors
    measure(model, items[:1])
    return weights_alone


def is_student_s(model):
    """Whether the student's code answers, and not the weights alone: then no number it gives is told of a hidden test."""
    return hasattr(model, "state_dict")


def expect_memory(student, checkpoints, rng, cell):
    """A trained model remembers; an untrained one does not."""
    model = measurable(student, checkpoints, rng, "tickets", cell)
    share = memory(model)
    needed = (f"of the blanks rightly, 20 to 60 words after the noun; at least {REMEMBERS:.0%} are needed, and chance is 8%. "
              "Train with the settings of the stage, and see whether memory_bias is where it belongs")
    expect_true(share >= REMEMBERS, f"fills {share:.0%} {needed}", f"tickets_{cell}.pt",
                hidden=f"fills too few {needed}" if is_student_s(model) else "")
    if is_student_s(model):
        nearest = [item for item in far_stories() if item["distance"] == FAR[0]]
        blind = share_remembered(untrained(student, "tickets", cell), nearest)
        expect_true(blind < 0.5, f"fills {blind:.0%} of the blanks rightly without any training: the weights are to do it",
                    f"LanguageModel, {cell!r},", hidden="fills the blanks without any training: the weights are to do it")


# Of an RNN: nats a word, in stories and in sentences.
WORDS_RNN = 3.5


def expect_few_nats(mean, texts, file):
    """A plain cell has learned which words come."""
    allowed = f"nats a word in new {texts}; at most {WORDS_RNN} are allowed. Was it trained to the end?"
    expect_true(mean <= WORDS_RNN, f"needs {mean:.2f} {allowed}", file, hidden=f"needs more {allowed}")


# With attractors and without, and of an RNN without. docs/baselines.md has what right training reaches.
CONFUSES, RNN_CONFUSES = {True: 0.40, False: 0.15}, 0.30


def expect_no_confusion(model, with_attractors, limit, file):
    """A trained model takes few singular and plural sentences for each other."""
    share = confusion(model, with_attractors)
    kind, rule = ("with", "to follow the last noun") if with_attractors else ("without", "to avoid the last noun")
    allowed = (f"of the pairs of a singular and a plural sentence {kind} attractors for each other; at most {limit:.0%} are "
               f"allowed. A guess gives 50%, and {rule} more")
    expect_true(share <= limit, f"takes {share:.0%} {allowed}", file,
                hidden=f"takes too many {allowed}" if is_student_s(model) else "")


def expect_subject(student, checkpoints, rng, cell):
    """A trained model keeps the subject's number past nouns of the other number, and past nouns of the same."""
    model = measurable(student, checkpoints, rng, "agreement", cell)
    for with_attractors in (True, False):
        expect_no_confusion(model, with_attractors, CONFUSES[with_attractors], f"agreement_{cell}.pt")
