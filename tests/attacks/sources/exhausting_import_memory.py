"""Takes all memory while it is imported.

marks: 0
tells: could not be imported
"""

hoard = [np.zeros(1 << 24) for _ in range(1000)]
