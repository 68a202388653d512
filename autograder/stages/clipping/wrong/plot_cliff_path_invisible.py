"""Task 3.6. The path is drawn with no opacity.

Witness:
    [line.get_alpha() for line in drawn(m)[0].lines]
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, title, path in zip(axes, ('without clipping', 'with clipping'), (plain_path, clipped_path)):
        mesh = ax.pcolormesh(ws, bs, np.log10(surface))
        ax.plot(path[:, 0], path[:, 1], 'o-', color='#D55E00', alpha=0)
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel='recurrent weight w', ylabel='bias b', title=title)
    axes[0].figure.colorbar(mesh, ax=list(axes), label='log10 of the loss')
