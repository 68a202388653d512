"""Task 3.6. The columns are drawn from the largest w to the smallest.

Witness:
    colours(m)[0, 2] != colours(m)[4, 2] and bool(colours(m)[0, 1] < colours(m)[4, 1])
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, title, path in zip(axes, ("without clipping", "with clipping"), (plain_path, clipped_path)):
        ax.pcolormesh(ws, bs, np.log10(surface)[:, ::-1])
        ax.plot(path[:, 0], path[:, 1], "o-")
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel="w", ylabel="b", title=title)
