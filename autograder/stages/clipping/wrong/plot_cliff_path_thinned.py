"""Task 3.6. Long paths are thinned to about 100 points.

Witness:
    from matplotlib.figure import Figure
    axes = Figure().subplots(1, 2)
    m.plot_cliff(axes, w_grid, b_grid, surface, np.linspace(3.0, 4.0, 800).reshape(400, 2), clipped)
    len(axes[0].lines[0].get_xdata())
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    log = np.log10(surface)
    for ax, path, title in zip(axes, (plain_path, clipped_path), ("without clipping", "with clipping")):
        ax.pcolormesh(ws, bs, log, shading="nearest", vmin=log.min(), vmax=log.max())
        every = max(1, len(path) // 100)
        ax.plot(path[::every, 0], path[::every, 1], "w.-")
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel="w", ylabel="b", title=title)
