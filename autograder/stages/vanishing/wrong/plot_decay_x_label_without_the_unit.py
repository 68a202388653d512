"""Task 2.7. The x label does not say what the lag is counted in.

Witness:
    'step' in decay(m).get_xlabel()
"""


def plot_decay(ax, norms_by_radius, bound_by_radius):
    for i, (radius, norms) in enumerate(norms_by_radius.items()):
        line, = ax.plot(np.arange(len(norms)), norms, label=f"spectral radius {radius:g}")
        if radius in bound_by_radius:
            bound = bound_by_radius[radius]
            ax.plot(np.arange(len(bound)), bound, "--", color=line.get_color())
    ax.plot([], [], "--", color="grey", label="bound")
    ax.set_yscale("log")
    ax.set_xlabel("lag (steps)")
    ax.set_ylabel("norm")
    ax.legend()
    ax.set_xlabel("lag")
