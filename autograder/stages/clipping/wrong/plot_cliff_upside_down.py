"""Task 3.6. imshow without origin="lower": row 0, which belongs to the smallest b, is drawn at the top, and the picture stands
upside down under its path.

Witness:
    a = colours(m).astype(int)
    bool(abs(a[0] - a[-1]).max() > 9 and a[0, 2] > a[-1, 2])
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, title, path in zip(axes, ("without clipping", "with clipping"), (plain_path, clipped_path)):
        ax.imshow(np.log10(surface), extent=(ws[0], ws[-1], bs[0], bs[-1]), aspect="auto")
        ax.plot(path[:, 0], path[:, 1], "o-")
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel="w", ylabel="b", title=title)
