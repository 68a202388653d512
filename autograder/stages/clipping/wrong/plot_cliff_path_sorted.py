"""Task 3.6. The points of a path are joined in the order of w, not in that of the updates.

Witness:
    [line.get_xdata() for line in drawn(m)[1].get_lines()]
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, title, path in zip(axes, ("without clipping", "with clipping"), (plain_path, clipped_path)):
        ax.pcolormesh(ws, bs, np.log10(surface))
        path = path[np.argsort(path[:, 0])]
        ax.plot(path[:, 0], path[:, 1], "o-")
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel="w", ylabel="b", title=title)
