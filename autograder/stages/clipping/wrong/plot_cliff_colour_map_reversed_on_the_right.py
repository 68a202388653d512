"""Task 3.6. The right panel has the colour map of the left one the other way round: one loss has two colours.

Witness:
    drawn(m)[1].collections[0].get_cmap().name
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    panels = zip(axes, ("without clipping", "with clipping"), (plain_path, clipped_path), ("viridis", "viridis_r"))
    for ax, title, path, colours in panels:
        ax.pcolormesh(ws, bs, np.log10(surface), cmap=colours)
        ax.plot(path[:, 0], path[:, 1], "o-")
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel="w", ylabel="b", title=title)
