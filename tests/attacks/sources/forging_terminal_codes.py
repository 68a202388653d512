r"""The text of an exception clears the terminal, sets its title, turns the direction of writing round and ends the text early.

loses: cross_entropy
tells: x1b[2J
"""


def cross_entropy(y_hat_t, y_t):
    raise ValueError("\x1b[2J\x1b[H\x1b]0;80 of 80\x07\x9b31m\u202e08 fo 08\u2066\u2028\ud800\0" + "e" + "\u0301" * 300)
