"""Task 2.7. The words stand in reverse order.

Witness:
    [t.get_text() for t in terms(m).get_xticklabels()]
"""


def plot_terms(ax, norms, words):
    steps = np.arange(1, len(norms) + 1)
    ax.bar(steps, norms)
    ax.set_yscale("log")
    ax.set_xticks(steps, words[::-1], rotation=45, ha="right")
    ax.set_xlabel("word")
    ax.set_ylabel("norm of the summand")
