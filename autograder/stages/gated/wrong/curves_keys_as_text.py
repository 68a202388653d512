"""Task 4.8. The keys are sorted as text: 12, 20, 8.

Witness:
    [(line.get_label(), line.get_ydata()) for line in figure(m).get_lines()]
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for name, curve in by_model.items():
        xs = sorted(curve, key=str)
        ax.plot(xs, [curve[x] for x in xs], marker="o", label=name)
    ax.axhline(chance, color="black", linestyle="--", label="chance")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend()
