"""Task 2.7. Bars and words are sorted by height.

Witness:
    [p.get_height() for p in terms(m, norms[::-1].copy()).patches]
"""


def plot_terms(ax, norms, words):
    steps = np.arange(1, len(norms) + 1)
    order = np.argsort(norms)
    ax.bar(steps, np.asarray(norms)[order])
    ax.set_yscale("log")
    ax.set_xticks(steps, words, rotation=45, ha="right")
    ax.set_xlabel("word")
    ax.set_ylabel("norm of the summand")
