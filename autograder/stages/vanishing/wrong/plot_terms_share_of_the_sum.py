"""Task 2.7. Bars show shares of the sum.

Witness:
    [p.get_height() for p in terms(m).patches]
"""


def plot_terms(ax, norms, words):
    steps = np.arange(1, len(norms) + 1)
    ax.bar(steps, norms / np.sum(norms))
    ax.set_yscale("log")
    ax.set_xticks(steps, words, rotation=45, ha="right")
    ax.set_xlabel("word")
    ax.set_ylabel("norm of the summand")
