"""Task 4.8. All curves are drawn over the first one's x.

Witness:
    figure(m, {"A": {1: 0.2, 2: 0.3}, "B": {5: 0.2, 6: 0.3}}).get_lines()[1].get_xdata()
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for name, curve in by_model.items():
        xs = sorted(curve)
        ax.plot(sorted(next(iter(by_model.values()))), [curve[x] for x in xs], marker="o", label=name)
    ax.axhline(chance, color="black", linestyle="--", label="chance")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend()
