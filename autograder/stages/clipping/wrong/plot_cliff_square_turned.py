"""Task 3.6. A surface of the shape (len(ws), len(bs)) is transposed, and so is every square one.

Witness:
    from matplotlib.figure import Figure
    axes = Figure().subplots(1, 2)
    m.plot_cliff(axes, w_grid[:5], b_grid, surface[:, :5], plain, clipped)
    axes[0].collections[0].get_array()
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    if np.shape(surface) == (len(ws), len(bs)):
        surface = np.transpose(surface)            # some people have it the other way round
    log = np.log10(surface)
    for ax, path, title in zip(axes, (plain_path, clipped_path), ("without clipping", "with clipping")):
        ax.pcolormesh(ws, bs, log, shading="nearest", vmin=log.min(), vmax=log.max())
        ax.plot(path[:, 0], path[:, 1], "w.-")
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel="w", ylabel="b", title=title)
