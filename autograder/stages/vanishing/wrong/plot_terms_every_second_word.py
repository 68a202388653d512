"""Task 2.7. Every second word is left out, for want of room.

Witness:
    len(terms(m).get_xticks())
"""


def plot_terms(ax, norms, words):
    steps = np.arange(1, len(norms) + 1)
    ax.bar(steps, norms)
    ax.set_yscale("log")
    ax.set_xticks(steps[::2], words[::2], rotation=45, ha="right")
    ax.set_xlabel("word")
    ax.set_ylabel("norm of the summand")
