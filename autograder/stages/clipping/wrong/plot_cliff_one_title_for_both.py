"""Task 3.6. Both panels have one title, which names what each of them shows.

Witness:
    drawn(m)[0].get_title() == drawn(m)[1].get_title()
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, path in zip(axes, (plain_path, clipped_path)):
        ax.pcolormesh(ws, bs, np.log10(surface))
        ax.plot(path[:, 0], path[:, 1], "o-")
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel="w", ylabel="b",
               title="Descent without clipping (left) and with clipping (right)")
