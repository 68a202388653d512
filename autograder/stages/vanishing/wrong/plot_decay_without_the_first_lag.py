"""Task 2.7. Lag 0 is left out, where all lines meet.

Witness:
    [line.get_xydata() for line in decay(m).get_lines()][0]
"""


def plot_decay(ax, norms_by_radius, bound_by_radius):
    for i, (radius, norms) in enumerate(norms_by_radius.items()):
        line, = ax.plot(np.arange(1, len(norms)), norms[1:], label=f"spectral radius {radius:g}")
        if radius in bound_by_radius:
            bound = bound_by_radius[radius]
            ax.plot(np.arange(len(bound)), bound, "--", color=line.get_color())
    ax.plot([], [], "--", color="grey", label="bound")
    ax.set_yscale("log")
    ax.set_xlabel("lag (steps)")
    ax.set_ylabel("norm")
    ax.legend()
