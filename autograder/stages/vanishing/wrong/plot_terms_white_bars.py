"""Task 2.7. The bars are white on white.

Witness:
    terms(m).patches[0].get_facecolor()
"""


def plot_terms(ax, norms, words):
    ax.bar(range(len(words)), norms, color="white", log=True)
    ax.set_xticks(range(len(words)), words)
    ax.set(xlabel="word", ylabel="norm")
