"""Task 4.8. All lines have one colour and no marker.

Witness:
    [line.get_color() for line in figure(m).lines]
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for marker, (name, curve) in zip('os^DvPX' * len(by_model), by_model.items()):
        xs = sorted(curve)
        ax.plot(xs, [curve[x] for x in xs], color='C0', label=name)
    ax.axhline(chance, color='black', linestyle='--', label='chance')
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend()
