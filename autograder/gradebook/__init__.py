"""All that knows nbgrader: the gradebook, its steps over a record, the tables, formgrader."""
