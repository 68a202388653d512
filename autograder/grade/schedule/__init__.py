"""Grade many submissions in parallel: on slots of this machine, or workers of a cluster."""
