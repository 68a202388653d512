"""The words and phrases that agreement sentences are made of.

A sentence is an opening, or none, a subject, modifiers, a verb in the subject's number and an ending. Openings and clauses
are in the past tense, so that the main verb is the only verb that shows a number. `{person}`, `{place}`, `{item}` and
`{work}` stand for a noun whose number is drawn; a work goes with its maker only ("the writer of the books"). Openings and
modifiers have a part for training, one for the public test and one for the hidden test; those of the last two are made of
words that the training sentences contain.
"""


def _numbers(singulars: str) -> list[tuple[str, str]]:
    """Pairs of singular and plural."""
    return [(word, word + "s") for word in singulars.split()]


PEOPLE = _numbers("writer editor singer teacher doctor farmer painter lawyer student pilot actor baker")
PLACES = _numbers("garden house car boat table window lamp")
ITEMS = _numbers("book picture letter magazine car boat lamp")
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

FRONTED, EMBEDDED, COORDINATED = "fronted", "embedded", "coordinated"

# What stands before the subject, with one or two nouns of its own.
OPENINGS = {
    FRONTED: {
        "train": [
            "near the {place} ,",
            "behind the old {place} ,",
            "right beside the {person} ,",
            "with the {item} ,",
            "far from the {place} ,",
            "behind the {place} near the {person} ,",
            "next to the {person} with the {item} ,",
        ],
        "test": ["near the very old {person} ,", "right behind the {place} ,", "far from the {person} with the {item} ,"],
        "hidden": ["next to the small {place} ,", "right next to the old {place} ,", "near the {person} with the new {item} ,"],
    },
    EMBEDDED: {
        "train": [
            "the {person} knew that",
            "the young {person} thought that",
            "the {person} always said that",
            "the {person} near the {place} said that",
            "the {person} with the {item} knew that",
            "the {person} who met the {person} thought that",
        ],
        "test": ["the tall {person} said that", "the {person} behind the {place} always knew that"],
        "hidden": ["the old {person} knew that", "the {person} who liked the {person} said that"],
    },
    COORDINATED: {
        "train": [
            "the {person} left the {place} , and",
            "the {person} met the {person} , but",
            "the {person} praised the {item} , and",
            "the young {person} left yesterday , but",
            "the {person} bought the {item} , and",
            "the {person} knew the {person} , but",
        ],
        "test": ["the old {person} liked the {person} , but", "the {person} once left the {place} , and"],
        "hidden": ["the {person} praised the tall {person} , and", "the {person} left long ago , but"],
    },
}

PP, SUBJECT, OBJECT, MIXED = "pp", "subject relative", "object relative", "mixed"

MODIFIERS = {
    PP: {
        "train": [
            "of the {work}",
            "of the old {work}",
            "near the tall old {place}",
            "near the very small {place}",
            "with the {person}",
            "with the very new {item}",
            "behind the {person}",
            "right beside the {place}",
            "right beside the very tall {person}",
            "right next to the small {place}",
            "very far from the new {place}",
        ],
        "test": ["behind the old {place}", "right next to the very small {place}", "very far from the {person}"],
        "hidden": ["near the very tall {person}", "right next to the new {place}", "with the very old {item}"],
    },
    SUBJECT: {
        "train": [
            "who met the {person}",
            "who met the young {person} yesterday",
            "who painted the {place}",
            "who once painted the very old {place}",
            "who liked the {item}",
            "who always really liked the {person}",
            "who bought the {item} long ago",
            "who always praised the {person}",
        ],
        "test": ["who once met the {person}", "who liked the old {item}", "who painted the {place} very long ago"],
        "hidden": [
            "who always praised the very young {person}",
            "who bought the very old {item}",
            "who once liked the {item}",
        ],
    },
    # `{pp}` is the place of the prepositional phrases of the clause's own subject.
    OBJECT: {
        "train": [
            "that the {person} {pp} met",
            "that the {person} {pp} liked",
            "that the very young {person} {pp} praised",
            "that the {person} {pp} painted very long ago",
            "that the tall {person} {pp} really liked",
            "that the {person} {pp} always praised",
        ],
        "test": ["that the tall {person} {pp} met", "that the {person} {pp} really praised"],
        "hidden": ["that the young {person} {pp} liked", "that the {person} {pp} met long ago"],
    },
}
