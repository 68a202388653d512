"""The course: releasing the material, nbgrader's pipeline around a record, the gates, the demo class."""
