"""Task 2.7. The y axis begins at 1e-5: what has vanished is not to be seen.

Witness:
    terms(m).get_ylim()[0] < 1e-8
"""


def plot_terms(ax, norms, words):
    steps = np.arange(1, len(norms) + 1)
    ax.bar(steps, norms)
    ax.set_yscale("log")
    ax.set_xticks(steps, words, rotation=45, ha="right")
    ax.set_xlabel("word")
    ax.set_ylabel("norm of the summand")
    ax.set_ylim(1e-5, 1)
