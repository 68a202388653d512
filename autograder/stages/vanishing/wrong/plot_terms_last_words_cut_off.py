"""Task 2.7. The x axis ends after three words.

Witness:
    terms(m).get_xlim()[1] > 5
"""


def plot_terms(ax, norms, words):
    steps = np.arange(1, len(norms) + 1)
    ax.bar(steps, norms)
    ax.set_yscale("log")
    ax.set_xticks(steps, words, rotation=45, ha="right")
    ax.set_xlabel("word")
    ax.set_ylabel("norm of the summand")
    ax.set_xlim(0.5, 3.5)
