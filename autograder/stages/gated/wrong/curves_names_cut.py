"""Task 4.8. Names are cut after four letters.

Witness:
    [t.get_text() for t in figure(m, {"gated RNN": {1: 0.5}, "gated LSTM": {1: 0.7}}).get_legend().get_texts()]
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for name, curve in by_model.items():
        xs = sorted(curve)
        ax.plot(xs, [curve[k] for k in xs], marker="o", label=name[:4])
    ax.axhline(chance, color="black", linestyle="--", label="chance")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend()
