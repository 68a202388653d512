"""Task 2.7. There are five colours, and up to ten radii.

Witness:
    ax = decay(m, {radius: radius**lags for radius in (0.2, 0.4, 0.5, 0.7, 0.9, 1.2)}, {})
    [line.get_color() for line in ax.lines[:6]].index(ax.lines[5].get_color())
"""

def plot_decay(ax, norms_by_radius, bound_by_radius):
    for i, (radius, norms) in enumerate(norms_by_radius.items()):
        ax.plot(np.arange(len(norms)), norms, color="rgbkm"[i % 5], label=f"spectral radius {radius:g}")
        if radius in bound_by_radius:
            bound = bound_by_radius[radius]
            ax.plot(np.arange(len(bound)), bound, "--", color="rgbkm"[i % 5])
    ax.plot([], [], "--", color="grey", label="bound")
    ax.set_yscale("log")
    ax.set_xlabel("lag (steps)")
    ax.set_ylabel("norm")
    ax.legend()
