"""Task 2.7. Each bar begins at the smallest norm and is as high as its own, so that it ends too high.

Witness:
    [bar.get_y() + bar.get_height() for bar in terms(m).patches]
"""

import numpy as np


def plot_terms(ax, norms, words):
    places = np.arange(len(norms))
    ax.bar(places, norms, bottom=np.min(norms))
    ax.set_yscale("log")
    ax.set_xticks(places, words)
    ax.set_xlabel("word")
    ax.set_ylabel("norm of its summand")
