"""Task 3.6. The right panel's colours begin and end elsewhere: one loss has two colours.

Witness:
    drawn(m)[1].collections[0].get_clim()
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, title, path in zip(axes, ("without clipping", "with clipping"), (plain_path, clipped_path)):
        mesh = ax.pcolormesh(ws, bs, np.log10(surface))
        mesh.set_clim(*((-6, 0) if ax is axes[0] else (-4, -2)))
        ax.plot(path[:, 0], path[:, 1], "o-")
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel="w", ylabel="b", title=title)
