"""The curves run backwards: lag 0 is on the right.

The rows of `sweep` are in the order of the lag, those of `jacobian_norms` are not. Which of the two does the
docstring name?
"""

import numpy as np


def plot_decay(ax, norms_by_radius, bound_by_radius):
    for radius, norms in norms_by_radius.items():
        line, = ax.plot(np.arange(len(norms)), norms[::-1], label=f"spectral radius {radius:g}")
        if radius in bound_by_radius:
            ax.plot(bound_by_radius[radius], "--", color=line.get_color())
    ax.plot([], [], "--", color="grey", label="bound")
    ax.set_yscale("log")
    ax.set_xlabel("lag t - k (steps)")
    ax.set_ylabel("norm of dh_t/dh_k")
    ax.legend()
