"""Task 3.6. The right panel alone is drawn by imshow without origin="lower".

Witness:
    a = colours(m, 1).astype(int)
    bool(a[0, 2] > a[-1, 2])
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, title, path in zip(axes, ("without clipping", "with clipping"), (plain_path, clipped_path)):
        ax.imshow(np.log10(surface), origin="lower" if ax is axes[0] else "upper", extent=(ws[0], ws[-1], bs[0], bs[-1]), aspect="auto")
        ax.plot(path[:, 0], path[:, 1], "o-")
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel="w", ylabel="b", title=title)
