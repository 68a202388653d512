"""The sentences that printer-ticket stories are made of.

A story is an opening that names the noun, filler sentences in the order of the tale, and a closing that stops before
the noun. `{noun}` is the noun at the blank, `{supply}` what the printer lacks (one word for the whole story), `{other}`
a competing noun. Every group has a part for training, one for the public test and one for the hidden test; sentences of
the last two are made of words that the training sentences contain.
"""

from dataclasses import dataclass

NOUNS = "tickets essay letter poster photos recipe contract map poem report diploma calendar".split()
SUPPLIES = "toner paper ink".split()


@dataclass(frozen=True)
class Filler:
    """A filler sentence: its text, the scene it belongs to, and what must have happened before it.

    A sentence that hangs together with others is told six times as readily, so that the stories have a thread.
    """

    text: str
    scene: int
    needs: str | None = None
    gives: str | None = None

    @property
    def weight(self) -> int:
        return 6 if self.needs or self.gives else 1


# Scenes in the order of the tale.
PRINTER, WAY, STORE, RETURN, INSTALL = range(5)

# A sentence before the opening, so that the noun's position varies; some stories have none.
LEADS = {
    "train": [
        "",
        "it was a wet morning .",
        "it was an hour before work .",
        "the house was quiet .",
        "her brother made coffee .",
        "the weather was strange .",
        "she was at home with a friend .",
        "the streets were empty .",
        "there was a long line at the bus .",
        "her phone was on the table .",
        "it was a quiet evening in the house .",
    ],
    "test": ["", "the house was empty .", "it was a quiet morning in town .", "her brother was still at work ."],
    "hidden": ["", "the old house was quiet .", "a friend was on the phone .", "it was still raining in the morning ."],
}

OPENINGS = {
    "train": [
        "she tried to print her {noun} .",
        "one morning she wanted to print her {noun} .",
        "at home she had to print her {noun} .",
        "after breakfast she sat down to print her {noun} .",
        "she needed to print her {noun} before noon .",
        "she wanted to print her {noun} , but nothing came out .",
        "she had to print her {noun} , but the printer was out of {supply} .",
        "when she tried to print her {noun} , she found that the printer was out of {supply} .",
        "before work she tried to print her {noun} at home .",
        "at noon she wanted to print her {noun} .",
        "in the evening she needed to print her {noun} .",
        "she sat down and tried to print her {noun} .",
        "it was late when she sat down to print her {noun} .",
        "she had to print her {noun} before breakfast .",
        "she was about to print her {noun} when a red light came on .",
        "when she had to print her {noun} , the printer was quiet .",
        "after work she tried to print her {noun} , but there was no {supply} left .",
        "one morning , when she wanted to print her {noun} , the printer made a strange noise .",
        "when she wanted to print her {noun} at noon , nothing came out .",
        "when she tried to print her {noun} before breakfast , a red light was blinking .",
        "she wanted to print her {noun} , but she had to buy more {supply} .",
    ],
    "test": [
        "before breakfast she needed to print her {noun} .",
        "one morning at home she tried to print her {noun} .",
        "when she sat down to print her {noun} , nothing came out .",
        "after work she wanted to print her {noun} , but she found that the printer was out of {supply} .",
    ],
    "hidden": [
        "at noon she sat down to print her {noun} .",
        "after work she had to print her {noun} .",
        "one morning she needed to print her {noun} , but nothing came out .",
        "when she had to print her {noun} before work , the printer was out of {supply} .",
    ],
}

CLOSINGS = {
    "train": [
        "she printed her",
        "finally she printed her",
        "then she printed her",
        "after that she printed her",
        "at last she could print her",
        "in the end she printed her",
        "an hour later she finally printed her",
        "now she could print her",
        "late in the evening she printed her",
        "then , at last , she printed her",
        "it was late when she finally printed her",
        "after all that , she could print her",
    ],
    "test": [
        "she finally printed her",
        "an hour later she could print her",
        "in the end she could finally print her",
    ],
    "hidden": [
        "at last she printed her",
        "then she could finally print her",
        "an hour later , in the end , she printed her",
    ],
}

FILLERS = {
    "train": [
        Filler("nothing happened .", PRINTER),
        Filler("a red light was blinking .", PRINTER),
        Filler("the screen showed an error .", PRINTER),
        Filler("the old printer made a strange noise .", PRINTER),
        Filler("she checked the cable twice .", PRINTER),
        Filler("she opened the cover and looked inside .", PRINTER),
        Filler("she turned the printer off and on again .", PRINTER),
        Filler("there was no {supply} left in the house .", PRINTER),
        Filler("she put on her coat .", WAY),
        Filler("it was raining .", WAY),
        Filler("the streets were wet and quiet .", WAY),
        Filler("she took the bus to town .", WAY),
        Filler("she walked to the stationery store .", WAY, gives="store"),
        Filler("she went to town to buy more {supply} .", WAY),
        Filler("the store was still closed .", STORE, needs="store"),
        Filler("she waited outside for an hour .", STORE, needs="store"),
        Filler("the clerk was friendly .", STORE, needs="store"),
        Filler("a long line of people stood at the counter .", STORE, needs="store"),
        Filler("she asked the clerk for {supply} .", STORE, needs="store"),
        Filler("the {supply} was very expensive .", STORE, needs="store"),
        Filler("the {supply} was overpriced .", STORE, needs="store"),
        Filler("she bought a box of {supply} .", STORE, needs="store", gives="supply"),
        Filler("she paid in cash and left .", STORE, needs="supply"),
        Filler("she went back home .", RETURN, needs="supply"),
        Filler("a friend called her on the way .", RETURN),
        Filler("they talked about the weather .", RETURN),
        Filler("her phone was almost empty .", RETURN),
        Filler("her brother came and made coffee .", RETURN),
        Filler("she opened the box .", INSTALL, needs="supply"),
        Filler("she put the new {supply} into the printer .", INSTALL, needs="supply"),
        Filler("installing the {supply} took an hour .", INSTALL, needs="supply"),
        Filler("she read the manual .", INSTALL),
        Filler("the manual was long and strange .", INSTALL),
        Filler("then she closed the cover .", INSTALL),
        Filler("a green light came on .", INSTALL),
        Filler("the printer was quiet again .", INSTALL),
        Filler("she waited .", INSTALL),
    ],
    "test": [
        Filler("the light was red .", PRINTER),
        Filler("she looked inside the printer twice .", PRINTER),
        Filler("the printer was old and strange .", PRINTER),
        Filler("she turned off the light and waited .", PRINTER),
        Filler("the cable was still on the table .", PRINTER),
        Filler("the bus was empty and quiet .", WAY),
        Filler("she walked to the bus in her wet coat .", WAY),
        Filler("she took the bus to the store .", WAY, gives="store"),
        Filler("the people in the store were quiet .", STORE, needs="store"),
        Filler("the clerk was on the phone for an hour .", STORE, needs="store"),
        Filler("the clerk found a box of {supply} and she paid in cash .", STORE, needs="store", gives="supply"),
        Filler("the new box was very expensive .", STORE, needs="supply"),
        Filler("it was raining in the streets .", RETURN),
        Filler("she talked about the weather on the bus .", RETURN),
        Filler("she closed the manual and made coffee .", INSTALL),
        Filler("the strange noise came again .", INSTALL),
        Filler("she turned the light on and looked at the screen .", INSTALL),
    ],
    "hidden": [
        Filler("an old cable was left inside .", PRINTER),
        Filler("the screen was red .", PRINTER),
        Filler("she looked at the manual and checked the screen .", PRINTER),
        Filler("the cover was closed and the light was off .", PRINTER),
        Filler("she waited for the bus in the wet streets .", WAY),
        Filler("a friend walked with her to the store .", WAY, gives="store"),
        Filler("there was one clerk for a long line of people .", STORE, needs="store"),
        Filler("she asked the people in line about the {supply} .", STORE, needs="store"),
        Filler("the clerk left and came back with the {supply} .", STORE, needs="store", gives="supply"),
        Filler("the friendly clerk opened a new box .", STORE, needs="store"),
        Filler("the bus back home was almost empty .", RETURN),
        Filler("she called her brother on the way home .", RETURN),
        Filler("she put the box on the table and opened it .", INSTALL, needs="supply"),
        Filler("her friend came and looked at the printer .", INSTALL),
        Filler("her brother read the manual twice .", INSTALL),
        Filler("the light was green again .", INSTALL),
    ],
}

# Hard variant: sentences with competing nouns. A prologue stands before the opening, a rival between noun and blank. Their
# owners are men or several people, so that "she" and "her" are one person throughout and the answer is clear.
PROLOGUES = {
    "train": [
        "her brother had printed his {other} .",
        "an old man had found his {other} .",
    ],
    "test": ["her brother had left his {other} at home ."],
    "hidden": ["an old man had lost his {other} on the bus ."],
}

RIVALS = {
    "train": [
        Filler("her brother had left his {other} in the printer .", PRINTER),
        Filler("her brother wanted to copy his {other} .", PRINTER),
        Filler("a man on the bus had lost his {other} .", WAY),
        Filler("an old man at the counter copied his {other} .", STORE, needs="store"),
        Filler("two students stood in line with their {other} .", STORE, needs="store"),
        Filler("a friend called her about his {other} .", RETURN),
        Filler("her brother found his {other} on the table .", INSTALL),
    ],
    "test": [
        Filler("two students on the bus talked about their {other} .", WAY),
        Filler("her brother called her about his {other} .", RETURN),
        Filler("her brother looked for his {other} in the house .", INSTALL),
    ],
    "hidden": [
        Filler("two people on the bus had lost their {other} .", WAY),
        Filler("an old man called her about his {other} .", RETURN),
        Filler("her brother put his {other} on the table .", INSTALL),
    ],
}

# The lecture's own story: all its words are in training, the story and its last three sentences in no file.
LECTURE = (
    "when she tried to print her {noun} , she found that the printer was out of {supply} . she went to the stationery store to "
    "buy more {supply} . it was very overpriced . after installing the {supply} into the printer , she finally printed her"
)
