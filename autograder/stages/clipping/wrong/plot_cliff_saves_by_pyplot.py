"""Task 3.6. plt.savefig writes the current figure, whichever that is, to a file.

Witness:
    import matplotlib.figure
    found, save = [], matplotlib.figure.Figure.savefig
    matplotlib.figure.Figure.savefig = lambda *args, **kwargs: found.append(args[1])
    drawn(m)
    matplotlib.figure.Figure.savefig = save
    found
"""

import os

_plot_cliff = plot_cliff


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    _plot_cliff(axes, ws, bs, surface, plain_path, clipped_path)
    import matplotlib.pyplot as plt

    plt.savefig(os.devnull, format="png")
