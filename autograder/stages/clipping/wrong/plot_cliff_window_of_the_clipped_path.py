"""Task 3.6. The window is widened to hold the whole of the path with clipping.

Witness:
    drawn(m)[0].get_xlim()
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, title, path in zip(axes, ("without clipping", "with clipping"), (plain_path, clipped_path)):
        ax.pcolormesh(ws, bs, np.log10(surface))
        ax.plot(path[:, 0], path[:, 1], "o-")
        ax.set(xlim=(min(ws[0], clipped_path[:, 0].min()), max(ws[-1], clipped_path[:, 0].max())), ylim=(bs[0], bs[-1]), xlabel="w", ylabel="b", title=title)
