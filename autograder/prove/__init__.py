"""The gates: proof that the suites are right."""
