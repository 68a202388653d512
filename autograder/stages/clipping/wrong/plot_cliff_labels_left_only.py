"""Task 3.6. Only the left panel has its axes labelled.

Witness:
    drawn(m)[1].get_ylabel()
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, title, path in zip(axes, ("without clipping", "with clipping"), (plain_path, clipped_path)):
        ax.pcolormesh(ws, bs, np.log10(surface))
        ax.plot(path[:, 0], path[:, 1], "o-")
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), title=title)
    axes[0].set(xlabel="w", ylabel="b")
