"""Many submissions at a time: slots on this machine, workers of a cluster."""
