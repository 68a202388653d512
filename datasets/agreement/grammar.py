"""The words and phrases that agreement sentences are made of.

A sentence is a subject, modifiers, a verb in the subject's number and an ending. Clauses are in the past tense, so that
the main verb is the only verb that shows a number. `{person}`, `{thing}` and `{work}` stand for a noun whose number is
drawn; a work goes with its maker only ("the writer of the books"). Modifiers have a part for training, one for the public
test and one for the hidden test; those of the last two are made of words that the training sentences contain.
"""


def _numbers(singulars: str) -> list[tuple[str, str]]:
    """Pairs of singular and plural."""
    return [(word, word + "s") for word in singulars.split()]


PEOPLE = _numbers("writer editor singer teacher doctor farmer painter lawyer student pilot actor baker")
THINGS = _numbers("book picture song letter garden house car boat table lamp window magazine")
WORKS = {
    "writer": _numbers("book song letter magazine"),
    "editor": _numbers("book magazine"),
    "singer": _numbers("song"),
    "painter": _numbers("picture house boat"),
}

# Singular verb, plural verb, endings.
VERBS = [
    ("is", "are", ["planning a sequel .", "in the room .", "very tired .", "here ."]),
    ("was", "were", ["at home .", "late again .", "very quiet .", "here yesterday ."]),
    ("has", "have", ["a new plan .", "a cold .", "two dogs .", "left ."]),
    ("smiles", "smile", [".", "again .", "at the dog .", "every day ."]),
    ("works", "work", [".", "at home .", "in town .", "every day ."]),
    ("seems", "seem", ["tired .", "very late .", "quiet today .", "new here ."]),
]

PP, SUBJECT, OBJECT, MIXED = "pp", "subject relative", "object relative", "mixed"

MODIFIERS = {
    PP: {
        "train": [
            "of the {work}",
            "of the old {work}",
            "near the {thing}",
            "near the very small {thing}",
            "with the {person}",
            "with the new {thing}",
            "behind the {person}",
            "beside the {thing}",
            "beside the tall {person}",
            "next to the {thing}",
            "far from the new {thing}",
        ],
        "test": ["behind the old {thing}", "next to the very small {thing}", "far from the {person}"],
        "hidden": ["near the tall {person}", "next to the new {thing}", "with the very old {thing}"],
    },
    SUBJECT: {
        "train": [
            "who met the {person}",
            "who met the young {person} yesterday",
            "who painted the {thing}",
            "who once painted the old {thing}",
            "who liked the {thing}",
            "who really liked the {person}",
            "who bought the {thing} long ago",
            "who always praised the {person}",
        ],
        "test": ["who once met the {person}", "who liked the old {thing}", "who painted the {thing} long ago"],
        "hidden": ["who always praised the young {person}", "who bought the very old {thing}", "who once liked the {thing}"],
    },
    # `{pp}` is the place of the prepositional phrases of the clause's own subject.
    OBJECT: {
        "train": [
            "that the {person} {pp} met",
            "that the {person} {pp} liked",
            "that the young {person} {pp} praised",
            "that the {person} {pp} painted long ago",
            "that the tall {person} {pp} really liked",
            "that the {person} {pp} always praised",
        ],
        "test": ["that the tall {person} {pp} met", "that the {person} {pp} really praised"],
        "hidden": ["that the young {person} {pp} liked", "that the {person} {pp} met long ago"],
    },
}
