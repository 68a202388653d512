"""Task 3.6. Both panels show both paths, in one style.

Witness:
    len(drawn(m)[1].get_lines())
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, title, path in zip(axes, ("without clipping", "with clipping"), (plain_path, clipped_path)):
        ax.pcolormesh(ws, bs, np.log10(surface))
        ax.plot(plain_path[:, 0], plain_path[:, 1], "o-")
        ax.plot(clipped_path[:, 0], clipped_path[:, 1], "o-")
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel="w", ylabel="b", title=title)
