"""The course: releasing the material, nbgrader's pipeline around a record, the gates, the demo class."""

import sys

# jsonschema, which nbgrader brings, imports this optional grammar of addresses at its start and spends a second on it;
# no notebook's schema has an address to check. Marked as absent, it is passed over.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
