"""Task 4.8. Eight colours, and up to ten models: the ninth line looks like the first.

Witness:
    lines = figure(m, {name: {1: 0.5, 2: 0.1} for name in "abcdefghi"}).get_lines()
    len({(line.get_color(), line.get_linestyle(), line.get_marker()) for line in lines[:9]})
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for number, (name, curve) in enumerate(by_model.items()):
        xs = sorted(curve)
        ax.plot(xs, [curve[x] for x in xs], color=f"C{number % 8}", label=name)
    ax.axhline(chance, color="red", linestyle="--", label="chance")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend()
