"""Task 2.7. Words are cut after eight letters.

Witness:
    from autograder.checks.axes import describe, new_axes
    ax = new_axes()
    m.plot_terms(ax, np.array([0.1, 0.2]), ["dachshund", "dog"])
    describe(ax)["xticklabels"]
"""


def plot_terms(ax, norms, words):
    places = np.arange(1, len(norms) + 1)
    ax.bar(places, norms, color="0.4")
    ax.set_yscale("log")
    ax.set_xticks(places, [word[:8] for word in words], rotation=45, ha="right")
    ax.set_xlabel("word")
    ax.set_ylabel("Frobenius norm of the summand")
