"""Task 3.6. Labels, titles and window of panels in which nothing is drawn.

At most: 0 points

Witness:
    [len(ax.lines) + len(ax.collections) for ax in drawn(m)]
"""


def plot_cliff(axes, ws, bs, surface, plain_path, clipped_path):
    for ax, title in zip(axes, ("without clipping", "with clipping")):
        ax.set(xlim=(ws[0], ws[-1]), ylim=(bs[0], bs[-1]), xlabel="recurrent weight w", ylabel="bias b", title=title)
