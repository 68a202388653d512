"""Words that occur twice share one bar.

The sentence has 15 words; count your bars. What does ax.bar do with the same name given twice as its x?
"""

def plot_terms(ax, norms, words):
    ax.bar(words, norms)
    ax.set_yscale("log")
    ax.set_xlabel("word")
    ax.set_ylabel("norm of the summand")
