"""Task 3.6. contourf of the array alone, its rows turned, stretched over the window.

Witness:
    a = colours(m).astype(int)
    bool(a[0, 2] > a[-1, 2])
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, title, path in zip(axes, ("without clipping", "with clipping"), (plain_path, clipped_path)):
        ax.contourf(np.log10(surface)[::-1], extent=(ws[0], ws[-1], bs[0], bs[-1]))
        ax.plot(path[:, 0], path[:, 1], "o-")
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel="w", ylabel="b", title=title)
