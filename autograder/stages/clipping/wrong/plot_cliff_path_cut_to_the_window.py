"""Task 3.6. The points of a path that lie outside the window are left out: a step across it is drawn where none was made.

Witness:
    len(drawn(m)[0].get_lines()[0].get_xdata())
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, title, path in zip(axes, ("without clipping", "with clipping"), (plain_path, clipped_path)):
        ax.pcolormesh(ws, bs, np.log10(surface))
        path = path[(path[:, 0] >= ws[0]) & (path[:, 0] <= ws[-1])]
        ax.plot(path[:, 0], path[:, 1], "o-")
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel="w", ylabel="b", title=title)
