"""Task 3.6. The logarithm of the loss plus 1e-8: all losses far below have one colour.

Witness:
    drawn(m, 1e-9 * surface)[0].collections[0].get_array()
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    log = np.log10(surface + 1e-8)
    for ax, path, title in zip(axes, (plain_path, clipped_path), ("without clipping", "with clipping")):
        ax.pcolormesh(ws, bs, log, shading="nearest", vmin=log.min(), vmax=log.max())
        ax.plot(path[:, 0], path[:, 1], "w.-")
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel="w", ylabel="b", title=title)
