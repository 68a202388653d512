"""Task 4.8. No line for a chance of 0.

Witness:
    len(figure(m, chance=0.0).lines)
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for name, curve in by_model.items():
        xs = sorted(curve)
        ax.plot(xs, [curve[x] for x in xs], marker="o", label=name)
    if chance:
        ax.axhline(chance, color="gray", linestyle="--", label="chance")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend()
