"""Task 2.7. Norms are drawn dashed from the dict of bounds, and bounds solid from the dict of norms.

Witness:
    [line.get_ydata() for line in decay(m).get_lines() if line.get_linestyle() == '-'][0]
"""


def plot_decay(ax, norms_by_radius, bound_by_radius):
    for radius, norms in norms_by_radius.items():
        bound = bound_by_radius.get(radius)
        if bound is not None:
            line, = ax.plot(np.arange(len(bound)), bound, label=f"spectral radius {radius:g}")
            ax.plot(np.arange(len(norms)), norms, "--", color=line.get_color())
        else:
            ax.plot(np.arange(len(norms)), norms, label=f"spectral radius {radius:g}")
    ax.plot([], [], "--", color="grey", label="bound")
    ax.set_yscale("log")
    ax.set_xlabel("lag (steps)")
    ax.set_ylabel("norm")
    ax.legend()
