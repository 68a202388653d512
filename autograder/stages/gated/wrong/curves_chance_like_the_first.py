"""Task 4.8. The line at chance has the colour and style of the first model's.

Witness:
    lines = figure(m).get_lines()
    len({(line.get_color(), line.get_linestyle(), line.get_marker()) for line in lines}) == len(lines)
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for i, (name, curve) in enumerate(by_model.items()):
        xs = sorted(curve)
        ax.plot(xs, [curve[k] for k in xs], color=f"C{i}", label=name)
    ax.axhline(chance, color="C0")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
