"""Task 2.7. From 20 words on only every second one is written.

Witness:
    from autograder.checks.axes import describe, new_axes
    ax = new_axes()
    m.plot_terms(ax, np.full(20, 0.5), [f"w{i}" for i in range(20)])
    sorted(text for text in describe(ax)["xticklabels"] if text)
"""


def plot_terms(ax, norms, words):
    places, every = np.arange(len(words)), 1 if len(words) < 20 else 2
    ax.bar(places, norms)
    ax.set_yscale("log")
    ax.set_xticks(places[::every], list(words)[::every])
    ax.set_xlabel("word")
    ax.set_ylabel("norm of the word's summand")
