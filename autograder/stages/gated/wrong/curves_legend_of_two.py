"""Task 4.8. The legend holds the first two models.

Witness:
    ax = figure(m, {"a": {1: 0.1}, "b": {1: 0.2}, "c": {1: 0.3}})
    "c" in [text.get_text() for text in ax.get_legend().get_texts()]
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for i, (name, curve) in enumerate(by_model.items()):
        xs = sorted(curve)
        ax.plot(xs, [curve[k] for k in xs], color=f"C{i}", marker="o", label=name)
    ax.axhline(chance, color="black", linestyle="--")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.legend(handles=ax.lines[:2])
