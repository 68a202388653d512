"""Task 3.6. w goes upwards and b to the right.

Witness:
    drawn(m)[0].get_xlim()
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, title, path in zip(axes, ("without clipping", "with clipping"), (plain_path, clipped_path)):
        ax.pcolormesh(bs, ws, np.log10(surface).T)
        ax.plot(path[:, 1], path[:, 0], "o-")
        ax.set(ylim=(ws[0], ws[-1]), xlim=(bs[0], bs[-1]), xlabel="b", ylabel="w", title=title)
