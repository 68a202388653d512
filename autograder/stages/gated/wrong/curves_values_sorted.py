"""Task 4.8. Distances and values are sorted each for itself.

Witness:
    [line.get_ydata() for line in figure(m, {"RNN": {8: 0.2, 20: 0.9}}).get_lines()]
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for name, curve in by_model.items():
        ax.plot(sorted(curve), sorted(curve.values(), reverse=True), marker="o", label=name)
    ax.axhline(chance, color="black", linestyle="--", label="chance")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
