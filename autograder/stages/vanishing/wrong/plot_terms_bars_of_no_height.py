"""Task 2.7. Bars of no height at the right places.

Witness:
    [p.get_height() for p in terms(m).patches]
"""


def plot_terms(ax, norms, words):
    steps = np.arange(1, len(norms) + 1)
    ax.bar(steps, 0 * norms, bottom=norms)
    ax.set_yscale("log")
    ax.set_xticks(steps, words, rotation=45, ha="right")
    ax.set_xlabel("word")
    ax.set_ylabel("norm of the summand")
