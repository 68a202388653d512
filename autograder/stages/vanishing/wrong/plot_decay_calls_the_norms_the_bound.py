"""Task 2.7. The legend calls the norms' lines the bound: dashed is labelled "bound", and solid is the bound.

Witness:
    key(decay(m))
"""


def plot_decay(ax, norms_by_radius, bound_by_radius):
    for radius, norms in norms_by_radius.items():
        line, = ax.plot(np.arange(len(norms)), norms, "--", label=f"spectral radius {radius:g}")
        if radius in bound_by_radius:
            ax.plot(np.arange(len(bound_by_radius[radius])), bound_by_radius[radius], "-", color=line.get_color())
    ax.plot([], [], "--", color="grey", label="bound")
    ax.set_yscale("log")
    ax.set_xlabel("lag (steps)")
    ax.set_ylabel("norm")
    ax.legend()
