"""Task 4.8. Points and no line through them.

Witness:
    [line.get_linestyle() for line in figure(m).get_lines()]
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for i, (name, curve) in enumerate(by_model.items()):
        xs = sorted(curve)
        ax.plot(xs, [curve[k] for k in xs], color=f"C{i}", marker="o", linestyle="none", label=name)
    ax.axhline(chance, color="black", linestyle="--")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
