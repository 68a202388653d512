"""Task 2.7. Two radii that are near each other have one colour.

Witness:
    ax = decay(m, {radius: radius**lags for radius in (0.91, 0.96)}, {})
    ax.lines[0].get_color() == ax.lines[1].get_color()
"""

def plot_decay(ax, norms_by_radius, bound_by_radius):
    for i, (radius, norms) in enumerate(norms_by_radius.items()):
        ax.plot(np.arange(len(norms)), norms, color=f"C{int(radius * 5) % 10}", label=f"spectral radius {radius:g}")
        if radius in bound_by_radius:
            bound = bound_by_radius[radius]
            ax.plot(np.arange(len(bound)), bound, "--", color=f"C{int(radius * 5) % 10}")
    ax.plot([], [], "--", color="grey", label="bound")
    ax.set_yscale("log")
    ax.set_xlabel("lag (steps)")
    ax.set_ylabel("norm")
    ax.legend()
