"""Task 2.7. Norms and bounds are paired by their place in the dicts, not by their radius.

Witness:
    len(decay(m, norms_by_radius, {1.2: 1.3**lags}).get_lines())
"""


def plot_decay(ax, norms_by_radius, bound_by_radius):
    for (radius, norms), bound in zip(norms_by_radius.items(), bound_by_radius.values()):
        line, = ax.plot(norms, label=f"radius {radius}")
        ax.plot(bound, "--", color=line.get_color(), label=f"bound {radius}")
    ax.set(yscale="log", xlabel="lag (steps)", ylabel="norm")
    ax.legend()
