"""Task 3.6. Contours at 301 heights from 1e-300 to 1, with colours over all of them: those of the losses have one colour.

Witness:
    np.ptp(colours(m).astype(int), axis=0) > 40
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, title, path in zip(axes, ("without clipping", "with clipping"), (plain_path, clipped_path)):
        ax.contourf(ws, bs, np.log10(surface), levels=np.linspace(-300, 0, 301))
        ax.plot(path[:, 0], path[:, 1], "o-")
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel="w", ylabel="b", title=title)
