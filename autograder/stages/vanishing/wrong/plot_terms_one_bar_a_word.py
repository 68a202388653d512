"""Task 2.7. A word that occurs twice has one bar, at its last place.

Witness:
    len(terms(m).patches)
"""


def plot_terms(ax, norms, words):
    steps = np.arange(1, len(norms) + 1)
    places = {word: step for step, word in zip(steps, words)}
    ax.bar(list(places.values()), [norms[step - 1] for step in places.values()])
    ax.set_yscale("log")
    ax.set_xticks(steps, words, rotation=45, ha="right")
    ax.set_xlabel("word")
    ax.set_ylabel("norm of the summand")
