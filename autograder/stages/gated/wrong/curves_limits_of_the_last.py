"""Task 4.8. The limits are those of the last curve.

Witness:
    list(figure(m, {"RNN": {8: 1.0, 60: 0.3}, "LSTM": {8: 1.0, 20: 0.9}}).get_xlim())[1] > 60
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for name, curve in by_model.items():
        xs = sorted(curve)
        ax.plot(xs, [curve[x] for x in xs], marker="o", label=name)
    ax.set_xlim(xs[0] - 0.5, xs[-1] + 0.5)
    ax.axhline(chance, color="gray", linestyle="--", label="chance")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    ax.legend()
