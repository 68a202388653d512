"""Task 2.7. The last radius is drawn in white on white.

Witness:
    [line.get_color() for line in decay(m).get_lines()]
"""


def plot_decay(ax, norms_by_radius, bound_by_radius):
    colours = {}
    for i, (radius, norms) in enumerate(norms_by_radius.items()):
        line, = ax.plot(norms, label=f"radius {radius}", color="w" if i == len(norms_by_radius) - 1 else f"C{i}")
        colours[radius] = line.get_color()
    for radius, bound in bound_by_radius.items():
        ax.plot(bound, "--", color=colours.get(radius, "k"), label=f"bound, radius {radius}")
    ax.set(yscale="log", xlabel="lag (steps)", ylabel="norm")
    ax.legend()
