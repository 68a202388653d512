"""The labels of the two axes are swapped.

Which label belongs to the keys of the dict, and which to its values?
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for name, curve in by_model.items():
        xs = sorted(curve)
        ax.plot(xs, [curve[x] for x in xs], marker="o", label=name)
    ax.axhline(chance, color="black", linestyle="--", label="chance")
    ax.set_xlabel(ylabel)
    ax.set_ylabel(xlabel)
    ax.legend()
