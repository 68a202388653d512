"""Task 4.8. The legend says model 1, model 2.

Witness:
    [(line.get_label(), line.get_ydata()) for line in figure(m).get_lines()]
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for number, curve in enumerate(by_model.values()):
        xs = sorted(curve)
        ax.plot(xs, [curve[x] for x in xs], marker="o", label=f"model {number + 1}")
    ax.axhline(chance, color="black", linestyle="--", label="chance")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend()
