"""Grade submissions: from files to a record, and many submissions in parallel."""
