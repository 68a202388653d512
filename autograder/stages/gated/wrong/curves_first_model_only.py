"""Task 4.8. The loop returns after the first model.

Witness:
    len(figure(m).get_lines())
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for name, curve in list(by_model.items())[:1]:
        xs = sorted(curve)
        ax.plot(xs, [curve[x] for x in xs], marker="o", label=name)
    ax.axhline(chance, color="black", linestyle="--", label="chance")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend()
