"""Task 4.8. The line of chance ends in the middle.

Witness:
    [float(line.get_xdata()[-1]) for line in figure(m).get_lines()][-1]
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for marker, (name, curve) in zip("os^DvPX" * len(by_model), by_model.items()):
        xs = sorted(curve)
        ax.plot(xs, [curve[x] for x in xs], marker=marker, label=name)
    ax.axhline(chance, 0.0, 0.5, color="black", linestyle="--", label="chance")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend()
