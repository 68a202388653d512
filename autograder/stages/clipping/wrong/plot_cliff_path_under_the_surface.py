"""Task 3.6. The path lies under the picture, where nothing is seen of it.

Witness:
    a = drawn(m)[0]
    a.get_lines()[0].get_zorder() > a.collections[0].get_zorder()
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, title, path in zip(axes, ("without clipping", "with clipping"), (plain_path, clipped_path)):
        ax.pcolormesh(ws, bs, np.log10(surface))
        ax.plot(path[:, 0], path[:, 1], "o-", zorder=-1)
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel="w", ylabel="b", title=title)
