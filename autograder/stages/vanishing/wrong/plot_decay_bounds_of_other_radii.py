"""Task 2.7. The bound of the smallest radius is drawn and named as that of the largest, and so on.

Witness:
    [line.get_ydata() for line in decay(m).get_lines()][1]
"""


def plot_decay(ax, norms_by_radius, bound_by_radius):
    turned = dict(zip(sorted(bound_by_radius), sorted(bound_by_radius, reverse=True)))
    for i, (radius, norms) in enumerate(norms_by_radius.items()):
        ax.plot(np.arange(len(norms)), norms, color=f"C{i}", label=f"radius {radius:g}")
        if radius in bound_by_radius:
            bound = bound_by_radius[turned[radius]]
            ax.plot(np.arange(len(bound)), bound, "--", color=f"C{i}", label=f"bound, radius {radius:g}")
    ax.set_yscale("log")
    ax.set_xlabel("lag (steps)")
    ax.set_ylabel("norm")
    ax.legend()
