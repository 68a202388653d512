"""Task 2.7. The legend shows the radii with one decimal, in which 0.95 and 0.99 are 1.0.

Witness:
    [text.get_text() for text in decay(m, {0.99: 0.9**lags, 1.04: 1.1**lags}, {}).get_legend().get_texts()]
"""


def plot_decay(ax, norms_by_radius, bound_by_radius):
    colours = {}
    for radius, norms in norms_by_radius.items():
        line, = ax.plot(norms, label=f"radius {radius:.1f}")
        colours[radius] = line.get_color()
    for radius, bound in bound_by_radius.items():
        ax.plot(bound, "--", color=colours.get(radius, "k"), label=f"bound, radius {radius:.1f}")
    ax.set(yscale="log", xlabel="lag (steps)", ylabel="norm")
    ax.legend()
