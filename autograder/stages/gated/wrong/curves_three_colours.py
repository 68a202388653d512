"""Task 4.8. Three colours, whatever the number of models: the fourth line looks like the first.

Witness:
    lines = figure(m, {name: {1: 0.5, 2: 0.1} for name in "abcd"}).get_lines()
    len({(line.get_color(), line.get_linestyle(), line.get_marker()) for line in lines[:4]})
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for number, (name, curve) in enumerate(by_model.items()):
        xs = sorted(curve)
        ax.plot(xs, [curve[x] for x in xs], color="rgb"[number % 3], label=name)
    ax.axhline(chance, color="black", linestyle="--", label="chance")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend()
