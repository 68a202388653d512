"""Task 4.8. A share of 0 is not drawn.

Witness:
    plain(list(figure(m, {"LSTM": {1: 0.2, 2: 0.0}}).lines[0].get_ydata()))[1] == 0
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for marker, (name, curve) in zip('os^DvPX' * len(by_model), by_model.items()):
        xs = sorted(curve)
        ax.plot(xs, [curve[x] or float('nan') for x in xs], marker=marker, label=name)
    ax.axhline(chance, color='black', linestyle='--', label='chance')
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend()
