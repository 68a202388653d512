"""Task 4.8. The names in the legend are given in the wrong order: each stands beside the other's line.

Witness:
    ax = figure(m)
    dict(zip([t.get_text() for t in ax.get_legend().get_texts()], [l.get_color() for l in ax.get_legend().get_lines()]))["RNN"] == ax.get_lines()[0].get_color()
"""


def plot_curves(ax, by_model, xlabel, ylabel, chance):
    for name, curve in by_model.items():
        xs = sorted(curve)
        ax.plot(xs, [curve[x] for x in xs], marker="o", label=name)
    ax.axhline(chance, color="black", linestyle="--", label="chance")
    ax.set_xlabel(xlabel)
    ax.set_ylabel(ylabel)
    handles = ax.get_lines()[:len(by_model)]
    ax.legend(handles, list(by_model)[::-1])
