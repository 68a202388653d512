"""One submission to one record; many submissions over slots."""
