"""Task 3.6. plt.show is called at the end, which is nowhere asked for.

Witness:
    import matplotlib.pyplot as plt
    found, show = [], plt.show
    plt.show = lambda *args, **kwargs: found.append("shown")
    drawn(m)
    plt.show = show
    found
"""

import matplotlib.pyplot as plt

_plot_cliff = plot_cliff


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    _plot_cliff(axes, ws, bs, surface, plain_path, clipped_path)
    plt.show()
