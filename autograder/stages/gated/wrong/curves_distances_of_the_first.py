"""Task 4.8. Only the distances of the first model are drawn.

Witness:
    [len(line.get_xdata()) for line in figure(m, {"RNN": {8: 1.0}, "LSTM": {8: 1.0, 20: 0.9}}).lines]
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for name, curve in by_model.items():
        xs = sorted(x for x in next(iter(by_model.values())) if x in curve)
        ax.plot(xs, [curve[x] for x in xs], marker="o", label=name)
    ax.axhline(chance, color="gray", linestyle="--", label="chance")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend()
