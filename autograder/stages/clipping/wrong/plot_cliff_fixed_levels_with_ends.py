"""Task 3.6. Contours at levels from 0.001 to 1, whatever the losses are: all smaller ones have one colour.

Witness:
    np.max(drawn(m, 1e-9 * surface)[0].collections[0].get_array())
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, path, title in zip(axes, (plain_path, clipped_path), ("without clipping", "with clipping")):
        ax.contourf(ws, bs, np.log10(surface), levels=np.linspace(-3, 0, 21), extend="both")
        ax.plot(path[:, 0], path[:, 1], "w.-")
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel="w", ylabel="b", title=title)
