"""Task 3.6. contourf of the loss itself: one colour for all but the highest losses.

Witness:
    len(np.unique(colours(m), axis=0)) > 9
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, title, path in zip(axes, ("without clipping", "with clipping"), (plain_path, clipped_path)):
        ax.contourf(ws, bs, surface)
        ax.plot(path[:, 0], path[:, 1], "o-")
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel="w", ylabel="b", title=title)
