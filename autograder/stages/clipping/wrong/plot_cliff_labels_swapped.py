"""Task 3.6. The labels of the two axes are exchanged, in words that hold the other letter too.

Witness:
    drawn(m)[0].get_xlabel()
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, path, title in zip(axes, (plain_path, clipped_path), ("without clipping", "with clipping")):
        ax.pcolormesh(ws, bs, np.log10(surface), shading="nearest")
        ax.plot(path[:, 0], path[:, 1], "w.-")
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel="b (weight)", ylabel="w (bias)", title=title)
