"""Leaves by SystemExit while it is imported.

marks: 0
tells: could not be imported
"""

raise SystemExit(0)
