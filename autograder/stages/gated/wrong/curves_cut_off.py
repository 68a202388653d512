"""Task 4.8. The y axis begins at 0.5: half of a curve is out of sight.

Witness:
    figure(m).get_ylim()[0] < 0.3
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for name, curve in by_model.items():
        xs = sorted(curve)
        ax.plot(xs, [curve[x] for x in xs], marker="o", label=name)
    ax.axhline(chance, color="black", linestyle="--", label="chance")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.set_ylim(0.5, 1.05)
    ax.legend()
