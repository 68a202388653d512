"""Task 2.7. Each line carries the label of the next radius.

Witness:
    decay(m).get_lines()[0].get_label()
"""


def plot_decay(ax, norms_by_radius, bound_by_radius):
    for i, (radius, norms) in enumerate(norms_by_radius.items()):
        line, = ax.plot(np.arange(len(norms)), norms, label=f"spectral radius {list(norms_by_radius)[(i + 1) % len(norms_by_radius)]:g}")
        if radius in bound_by_radius:
            bound = bound_by_radius[radius]
            ax.plot(np.arange(len(bound)), bound, "--", color=line.get_color())
    ax.plot([], [], "--", color="grey", label="bound")
    ax.set_yscale("log")
    ax.set_xlabel("lag (steps)")
    ax.set_ylabel("norm")
    ax.legend()
