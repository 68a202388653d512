"""Exchange with learning-management systems: collect submissions, return marks and pages."""
