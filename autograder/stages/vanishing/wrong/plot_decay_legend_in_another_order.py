"""Task 2.7. The legend's handles are in the order of the lines, its texts in the order of the radii.

Witness:
    ax = decay(m)
    [line.get_color() for line in ax.get_legend().get_lines()][0] == ax.get_lines()[0].get_color()
"""


def plot_decay(ax, norms_by_radius, bound_by_radius):
    lines = [ax.plot(np.arange(len(norms)), norms)[0] for norms in norms_by_radius.values()]
    for line, radius in zip(lines, norms_by_radius):
        if radius in bound_by_radius:
            bound = bound_by_radius[radius]
            ax.plot(np.arange(len(bound)), bound, "--", color=line.get_color())
    grey, = ax.plot([], [], "--", color="grey")
    ax.set_yscale("log")
    ax.set_xlabel("lag (steps)")
    ax.set_ylabel("norm")
    ax.legend([*lines[::-1], grey], [*(f"radius {radius:g}" for radius in norms_by_radius), "bound"])
