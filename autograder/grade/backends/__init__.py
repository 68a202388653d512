"""Backends of a suite: submissions in the sandbox, or trusted source in this process."""
