"""The figure has no legend.

Labels given to ax.plot are not shown by themselves. How would a reader know which line is which?
"""

import numpy as np


def plot_decay(ax, norms_by_radius, bound_by_radius):
    for radius, norms in norms_by_radius.items():
        line, = ax.plot(np.arange(len(norms)), norms, label=f"spectral radius {radius:g}")
        if radius in bound_by_radius:
            ax.plot(bound_by_radius[radius], "--", color=line.get_color())
    ax.plot([], [], "--", color="grey", label="bound")
    ax.set_yscale("log")
    ax.set_xlabel("lag t - k (steps)")
    ax.set_ylabel("norm of dh_t/dh_k")
