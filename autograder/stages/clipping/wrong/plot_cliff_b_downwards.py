"""Task 3.6. The axis of b is turned about: it grows downwards.

Witness:
    drawn(m)[0].get_ylim()
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, title, path in zip(axes, ("without clipping", "with clipping"), (plain_path, clipped_path)):
        ax.pcolormesh(ws, bs, np.log10(surface))
        ax.plot(path[:, 0], path[:, 1], "o-")
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[-1], bs[0]), xlabel="w", ylabel="b", title=title)
