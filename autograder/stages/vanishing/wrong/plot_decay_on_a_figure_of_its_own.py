"""Task 2.7. Draws on a figure of its own.

Witness:
    len(decay(m).get_lines())
"""


def plot_decay(ax, norms_by_radius, bound_by_radius):
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    for radius, norms in norms_by_radius.items():
        ax.plot(norms, label=f"spectral radius {radius:g}")
    for bound in bound_by_radius.values():
        ax.plot(bound, "--", label="bound")
    ax.set_yscale("log")
    ax.set_xlabel("lag (steps)")
    ax.set_ylabel("norm")
    ax.legend()
