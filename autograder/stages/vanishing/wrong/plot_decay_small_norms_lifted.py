"""Task 2.7. Norms below 1e-16 are drawn as 1e-16.

Witness:
    [line.get_ydata() for line in decay(m, {0.5: 1e-7**lags}, {}).get_lines()]
"""


def plot_decay(ax, norms_by_radius, bound_by_radius):
    colours = {}
    for radius, norms in norms_by_radius.items():
        line, = ax.plot(np.maximum(norms, 1e-16), label=f"radius {radius}")
        colours[radius] = line.get_color()
    for radius, bound in bound_by_radius.items():
        ax.plot(np.maximum(bound, 1e-16), "--", color=colours.get(radius, "k"), label=f"bound, radius {radius}")
    ax.set(yscale="log", xlabel="lag (steps)", ylabel="norm")
    ax.legend()
