"""Task 2.7. The words are drawn as they are, and then lower-cased in the caller's own list.

Witness:
    mine = ["The", "dog", "saw", "I", "cat"]
    terms(m, words=mine)
    mine
"""

_plot_terms = plot_terms


def plot_terms(ax, norms, words):
    _plot_terms(ax, norms, words)
    words[:] = [word.lower() for word in words]
