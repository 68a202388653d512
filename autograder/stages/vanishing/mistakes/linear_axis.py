"""The y axis is linear.

Can you read from the figure whether a norm is 1e-3 or 1e-9?
"""

import numpy as np


def plot_decay(ax, norms_by_radius, bound_by_radius):
    for radius, norms in norms_by_radius.items():
        line, = ax.plot(np.arange(len(norms)), norms, label=f"spectral radius {radius:g}")
        if radius in bound_by_radius:
            ax.plot(bound_by_radius[radius], "--", color=line.get_color())
    ax.plot([], [], "--", color="grey", label="bound")
    ax.set_ylim(bottom=0)
    ax.set_xlabel("lag t - k (steps)")
    ax.set_ylabel("norm of dh_t/dh_k")
    ax.legend()
