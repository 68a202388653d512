"""Task 4.8. The labels are sorted, the lines are not.

Witness:
    [(line.get_label(), line.get_ydata()) for line in figure(m).get_lines()]
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for name, curve in zip(sorted(by_model), by_model.values()):
        xs = sorted(curve)
        ax.plot(xs, [curve[x] for x in xs], marker="o", label=name)
    ax.axhline(chance, color="black", linestyle="--", label="chance")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend()
