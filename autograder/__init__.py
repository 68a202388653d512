"""The autograder of the vanishing-gradient course kit."""

import sys

__version__ = "0.1.0"

# jsonschema, which nbgrader and nbformat bring, imports this optional grammar of addresses at its start and spends a second
# on it; no notebook's schema has an address to check. Marked as absent, it is passed over.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
