"""Task 4.8. The last line is drawn with no opacity.

Witness:
    [line.get_alpha() for line in figure(m).get_lines()]
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for i, (name, curve) in enumerate(by_model.items()):
        xs = sorted(curve)
        ax.plot(xs, [curve[k] for k in xs], color=f"C{i}", alpha=0.0 if i == len(by_model) - 1 else 1.0, label=name)
    ax.axhline(chance, color="black", linestyle="--", label="chance")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
