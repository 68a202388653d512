"""Task 2.7. Logarithms on a linear axis.

Witness:
    terms(m).get_yscale()
"""


def plot_terms(ax, norms, words):
    steps = np.arange(1, len(norms) + 1)
    ax.bar(steps, np.log10(norms))
    ax.set_yscale("log")
    ax.set_xticks(steps, words, rotation=45, ha="right")
    ax.set_xlabel("word")
    ax.set_ylabel("norm of the summand")
    ax.set_yscale("linear")
